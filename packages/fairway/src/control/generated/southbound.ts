// Types of OVN_Southbound 20.27.0, made by ovsdb-types.
import { type DatabaseSchema, parseSchema } from "@fairway/ovsdb";

export interface ChassisRow {
  readonly _uuid: string;
  /** Strong reference to Encap. */
  readonly encaps: readonly string[];
  readonly external_ids: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly name: string;
  readonly nb_cfg: number;
  readonly other_config: Readonly<Record<string, string>>;
  readonly transport_zones: readonly string[];
  readonly vtep_logical_switches: readonly string[];
}

export interface PortBindingRow {
  readonly _uuid: string;
  /** Weak reference to Chassis. */
  readonly additional_chassis: readonly string[];
  /** Weak reference to Encap. */
  readonly additional_encap: readonly string[];
  /** Weak reference to Chassis. */
  readonly chassis: string | null;
  /** Strong reference to Datapath_Binding. */
  readonly datapath: string;
  /** Weak reference to Encap. */
  readonly encap: string | null;
  readonly external_ids: Readonly<Record<string, string>>;
  /** Strong reference to Gateway_Chassis. */
  readonly gateway_chassis: readonly string[];
  /** Strong reference to HA_Chassis_Group. */
  readonly ha_chassis_group: string | null;
  readonly logical_port: string;
  readonly mac: readonly string[];
  /** Weak reference to Mirror. */
  readonly mirror_rules: readonly string[];
  readonly nat_addresses: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  readonly parent_port: string | null;
  readonly port_security: readonly string[];
  /** Weak reference to Chassis. */
  readonly requested_additional_chassis: readonly string[];
  /** Weak reference to Chassis. */
  readonly requested_chassis: string | null;
  /** 1 to 4095. */
  readonly tag: number | null;
  /** 1 to 32767. */
  readonly tunnel_key: number;
  readonly type: string;
  readonly up: boolean | null;
  readonly virtual_parent: string | null;
}

export interface Tables {
  readonly Chassis: ChassisRow;
  readonly Port_Binding: PortBindingRow;
}

export const schema: DatabaseSchema = parseSchema({
  name: "OVN_Southbound",
  version: "20.27.0",
  tables: {
    Chassis: {
      columns: {
        name: {
          type: "string",
        },
        hostname: {
          type: "string",
        },
        encaps: {
          type: {
            key: {
              type: "uuid",
              refTable: "Encap",
            },
            min: 1,
            max: "unlimited",
          },
        },
        vtep_logical_switches: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        nb_cfg: {
          type: {
            key: "integer",
          },
        },
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        other_config: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        transport_zones: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
      isRoot: true,
      indexes: [["name"]],
    },
    Port_Binding: {
      columns: {
        logical_port: {
          type: "string",
        },
        type: {
          type: "string",
        },
        gateway_chassis: {
          type: {
            key: {
              type: "uuid",
              refTable: "Gateway_Chassis",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
          },
        },
        ha_chassis_group: {
          type: {
            key: {
              type: "uuid",
              refTable: "HA_Chassis_Group",
              refType: "strong",
            },
            min: 0,
            max: 1,
          },
        },
        options: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        datapath: {
          type: {
            key: {
              type: "uuid",
              refTable: "Datapath_Binding",
            },
          },
        },
        tunnel_key: {
          type: {
            key: {
              type: "integer",
              minInteger: 1,
              maxInteger: 32767,
            },
          },
        },
        parent_port: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        tag: {
          type: {
            key: {
              type: "integer",
              minInteger: 1,
              maxInteger: 4095,
            },
            min: 0,
            max: 1,
          },
        },
        virtual_parent: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        chassis: {
          type: {
            key: {
              type: "uuid",
              refTable: "Chassis",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
        additional_chassis: {
          type: {
            key: {
              type: "uuid",
              refTable: "Chassis",
              refType: "weak",
            },
            min: 0,
            max: "unlimited",
          },
        },
        encap: {
          type: {
            key: {
              type: "uuid",
              refTable: "Encap",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
        additional_encap: {
          type: {
            key: {
              type: "uuid",
              refTable: "Encap",
              refType: "weak",
            },
            min: 0,
            max: "unlimited",
          },
        },
        mirror_rules: {
          type: {
            key: {
              type: "uuid",
              refTable: "Mirror",
              refType: "weak",
            },
            min: 0,
            max: "unlimited",
          },
        },
        mac: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        port_security: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        nat_addresses: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        up: {
          type: {
            key: "boolean",
            min: 0,
            max: 1,
          },
        },
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        requested_chassis: {
          type: {
            key: {
              type: "uuid",
              refTable: "Chassis",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
        requested_additional_chassis: {
          type: {
            key: {
              type: "uuid",
              refTable: "Chassis",
              refType: "weak",
            },
            min: 0,
            max: "unlimited",
          },
        },
      },
      indexes: [["datapath", "tunnel_key"], ["logical_port"]],
      isRoot: true,
    },
  },
});

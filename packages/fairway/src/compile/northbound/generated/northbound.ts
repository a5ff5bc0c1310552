// Types of OVN_Northbound 7.0.0, made by ovsdb-types.
import { type DatabaseSchema, parseSchema } from "@fairway/ovsdb";

export interface ACLRow {
  readonly _uuid: string;
  readonly action: "allow" | "allow-related" | "allow-stateless" | "drop" | "reject";
  readonly direction: "from-lport" | "to-lport";
  readonly external_ids: Readonly<Record<string, string>>;
  /** 0 to 4294967295. */
  readonly label: number;
  readonly log: boolean;
  readonly match: string;
  readonly meter: string | null;
  /** At most 63 characters. */
  readonly name: string | null;
  readonly options: Readonly<Record<string, string>>;
  /** 0 to 32767. */
  readonly priority: number;
  readonly severity: "alert" | "warning" | "notice" | "info" | "debug" | null;
}

export interface AddressSetRow {
  readonly _uuid: string;
  readonly addresses: readonly string[];
  readonly external_ids: Readonly<Record<string, string>>;
  readonly name: string;
}

export interface DHCPOptionsRow {
  readonly _uuid: string;
  readonly cidr: string;
  readonly external_ids: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

export interface GatewayChassisRow {
  readonly _uuid: string;
  readonly chassis_name: string;
  readonly external_ids: Readonly<Record<string, string>>;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** 0 to 32767. */
  readonly priority: number;
}

export interface LoadBalancerRow {
  readonly _uuid: string;
  readonly external_ids: Readonly<Record<string, string>>;
  /** Strong reference to Load_Balancer_Health_Check. */
  readonly health_check: readonly string[];
  readonly ip_port_mappings: Readonly<Record<string, string>>;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly protocol: "tcp" | "udp" | "sctp" | null;
  readonly selection_fields: readonly ("eth_src" | "eth_dst" | "ip_src" | "ip_dst" | "tp_src" | "tp_dst")[];
  readonly vips: Readonly<Record<string, string>>;
}

export interface LogicalRouterRow {
  readonly _uuid: string;
  /** Weak reference to Copp. */
  readonly copp: string | null;
  readonly enabled: boolean | null;
  readonly external_ids: Readonly<Record<string, string>>;
  /** Weak reference to Load_Balancer. */
  readonly load_balancer: readonly string[];
  /** Strong reference to Load_Balancer_Group. */
  readonly load_balancer_group: readonly string[];
  readonly name: string;
  /** Strong reference to NAT. */
  readonly nat: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  /** Strong reference to Logical_Router_Policy. */
  readonly policies: readonly string[];
  /** Strong reference to Logical_Router_Port. */
  readonly ports: readonly string[];
  /** Strong reference to Logical_Router_Static_Route. */
  readonly static_routes: readonly string[];
}

export interface LogicalRouterPolicyRow {
  readonly _uuid: string;
  readonly action: "allow" | "drop" | "reroute";
  readonly external_ids: Readonly<Record<string, string>>;
  readonly match: string;
  readonly nexthop: string | null;
  readonly nexthops: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  /** 0 to 32767. */
  readonly priority: number;
}

export interface LogicalRouterPortRow {
  readonly _uuid: string;
  readonly enabled: boolean | null;
  readonly external_ids: Readonly<Record<string, string>>;
  /** Strong reference to Gateway_Chassis. */
  readonly gateway_chassis: readonly string[];
  /** Strong reference to HA_Chassis_Group. */
  readonly ha_chassis_group: string | null;
  readonly ipv6_prefix: readonly string[];
  readonly ipv6_ra_configs: Readonly<Record<string, string>>;
  readonly mac: string;
  readonly name: string;
  readonly networks: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  readonly peer: string | null;
}

export interface LogicalRouterStaticRouteRow {
  readonly _uuid: string;
  /** Weak reference to BFD. */
  readonly bfd: string | null;
  readonly external_ids: Readonly<Record<string, string>>;
  readonly ip_prefix: string;
  readonly nexthop: string;
  readonly options: Readonly<Record<string, string>>;
  readonly output_port: string | null;
  readonly policy: "src-ip" | "dst-ip" | null;
  readonly route_table: string;
}

export interface LogicalSwitchRow {
  readonly _uuid: string;
  /** Strong reference to ACL. */
  readonly acls: readonly string[];
  /** Weak reference to Copp. */
  readonly copp: string | null;
  /** Weak reference to DNS. */
  readonly dns_records: readonly string[];
  readonly external_ids: Readonly<Record<string, string>>;
  /** Strong reference to Forwarding_Group. */
  readonly forwarding_groups: readonly string[];
  /** Weak reference to Load_Balancer. */
  readonly load_balancer: readonly string[];
  /** Strong reference to Load_Balancer_Group. */
  readonly load_balancer_group: readonly string[];
  readonly name: string;
  readonly other_config: Readonly<Record<string, string>>;
  /** Strong reference to Logical_Switch_Port. */
  readonly ports: readonly string[];
  /** Strong reference to QoS. */
  readonly qos_rules: readonly string[];
}

export interface LogicalSwitchPortRow {
  readonly _uuid: string;
  readonly addresses: readonly string[];
  /** Weak reference to DHCP_Options. */
  readonly dhcpv4_options: string | null;
  /** Weak reference to DHCP_Options. */
  readonly dhcpv6_options: string | null;
  readonly dynamic_addresses: string | null;
  readonly enabled: boolean | null;
  readonly external_ids: Readonly<Record<string, string>>;
  /** Strong reference to HA_Chassis_Group. */
  readonly ha_chassis_group: string | null;
  /** Weak reference to Mirror. */
  readonly mirror_rules: readonly string[];
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly parent_name: string | null;
  readonly port_security: readonly string[];
  /** 1 to 4095. */
  readonly tag: number | null;
  /** 0 to 4095. */
  readonly tag_request: number | null;
  readonly type: string;
  readonly up: boolean | null;
}

export interface NATRow {
  readonly _uuid: string;
  /** Strong reference to Address_Set. */
  readonly allowed_ext_ips: string | null;
  /** Strong reference to Address_Set. */
  readonly exempted_ext_ips: string | null;
  readonly external_ids: Readonly<Record<string, string>>;
  readonly external_ip: string;
  readonly external_mac: string | null;
  readonly external_port_range: string;
  /** Weak reference to Logical_Router_Port. */
  readonly gateway_port: string | null;
  readonly logical_ip: string;
  readonly logical_port: string | null;
  readonly options: Readonly<Record<string, string>>;
  readonly type: "dnat" | "snat" | "dnat_and_snat";
}

export interface NBGlobalRow {
  readonly _uuid: string;
  /** Strong reference to Connection. */
  readonly connections: readonly string[];
  readonly external_ids: Readonly<Record<string, string>>;
  readonly hv_cfg: number;
  readonly hv_cfg_timestamp: number;
  readonly ipsec: boolean;
  readonly name: string;
  readonly nb_cfg: number;
  readonly nb_cfg_timestamp: number;
  readonly options: Readonly<Record<string, string>>;
  readonly sb_cfg: number;
  readonly sb_cfg_timestamp: number;
  /** Strong reference to SSL. */
  readonly ssl: string | null;
}

export interface PortGroupRow {
  readonly _uuid: string;
  /** Strong reference to ACL. */
  readonly acls: readonly string[];
  readonly external_ids: Readonly<Record<string, string>>;
  readonly name: string;
  /** Weak reference to Logical_Switch_Port. */
  readonly ports: readonly string[];
}

export interface Tables {
  readonly ACL: ACLRow;
  readonly Address_Set: AddressSetRow;
  readonly DHCP_Options: DHCPOptionsRow;
  readonly Gateway_Chassis: GatewayChassisRow;
  readonly Load_Balancer: LoadBalancerRow;
  readonly Logical_Router: LogicalRouterRow;
  readonly Logical_Router_Policy: LogicalRouterPolicyRow;
  readonly Logical_Router_Port: LogicalRouterPortRow;
  readonly Logical_Router_Static_Route: LogicalRouterStaticRouteRow;
  readonly Logical_Switch: LogicalSwitchRow;
  readonly Logical_Switch_Port: LogicalSwitchPortRow;
  readonly NAT: NATRow;
  readonly NB_Global: NBGlobalRow;
  readonly Port_Group: PortGroupRow;
}

export const schema: DatabaseSchema = parseSchema({
  name: "OVN_Northbound",
  version: "7.0.0",
  tables: {
    ACL: {
      columns: {
        name: {
          type: {
            key: {
              type: "string",
              maxLength: 63,
            },
            min: 0,
            max: 1,
          },
        },
        priority: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 32767,
            },
          },
        },
        direction: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["from-lport", "to-lport"]],
            },
          },
        },
        match: {
          type: "string",
        },
        action: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["allow", "allow-related", "allow-stateless", "drop", "reject"]],
            },
          },
        },
        log: {
          type: "boolean",
        },
        severity: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["alert", "warning", "notice", "info", "debug"]],
            },
            min: 0,
            max: 1,
          },
        },
        meter: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        label: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 4294967295,
            },
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
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
      isRoot: false,
    },
    Address_Set: {
      columns: {
        name: {
          type: "string",
        },
        addresses: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
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
      },
      indexes: [["name"]],
      isRoot: true,
    },
    DHCP_Options: {
      columns: {
        cidr: {
          type: "string",
        },
        options: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
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
      },
      isRoot: true,
    },
    Gateway_Chassis: {
      columns: {
        name: {
          type: "string",
        },
        chassis_name: {
          type: "string",
        },
        priority: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 32767,
            },
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
        options: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
      indexes: [["name"]],
      isRoot: false,
    },
    Load_Balancer: {
      columns: {
        name: {
          type: "string",
        },
        vips: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        protocol: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["tcp", "udp", "sctp"]],
            },
            min: 0,
            max: 1,
          },
        },
        health_check: {
          type: {
            key: {
              type: "uuid",
              refTable: "Load_Balancer_Health_Check",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
          },
        },
        ip_port_mappings: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        selection_fields: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["eth_src", "eth_dst", "ip_src", "ip_dst", "tp_src", "tp_dst"]],
            },
            min: 0,
            max: "unlimited",
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
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
      isRoot: true,
    },
    Logical_Router: {
      columns: {
        name: {
          type: "string",
        },
        ports: {
          type: {
            key: {
              type: "uuid",
              refTable: "Logical_Router_Port",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
          },
        },
        static_routes: {
          type: {
            key: {
              type: "uuid",
              refTable: "Logical_Router_Static_Route",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
          },
        },
        policies: {
          type: {
            key: {
              type: "uuid",
              refTable: "Logical_Router_Policy",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
          },
        },
        enabled: {
          type: {
            key: "boolean",
            min: 0,
            max: 1,
          },
        },
        nat: {
          type: {
            key: {
              type: "uuid",
              refTable: "NAT",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
          },
        },
        load_balancer: {
          type: {
            key: {
              type: "uuid",
              refTable: "Load_Balancer",
              refType: "weak",
            },
            min: 0,
            max: "unlimited",
          },
        },
        load_balancer_group: {
          type: {
            key: {
              type: "uuid",
              refTable: "Load_Balancer_Group",
            },
            min: 0,
            max: "unlimited",
          },
        },
        copp: {
          type: {
            key: {
              type: "uuid",
              refTable: "Copp",
              refType: "weak",
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
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
      isRoot: true,
    },
    Logical_Router_Policy: {
      columns: {
        priority: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 32767,
            },
          },
        },
        match: {
          type: "string",
        },
        action: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["allow", "drop", "reroute"]],
            },
          },
        },
        nexthop: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        nexthops: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
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
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
      isRoot: false,
    },
    Logical_Router_Port: {
      columns: {
        name: {
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
        networks: {
          type: {
            key: "string",
            min: 1,
            max: "unlimited",
          },
        },
        mac: {
          type: "string",
        },
        peer: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        enabled: {
          type: {
            key: "boolean",
            min: 0,
            max: 1,
          },
        },
        ipv6_ra_configs: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        ipv6_prefix: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
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
      },
      indexes: [["name"]],
      isRoot: false,
    },
    Logical_Router_Static_Route: {
      columns: {
        route_table: {
          type: "string",
        },
        ip_prefix: {
          type: "string",
        },
        policy: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["src-ip", "dst-ip"]],
            },
            min: 0,
            max: 1,
          },
        },
        nexthop: {
          type: "string",
        },
        output_port: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        bfd: {
          type: {
            key: {
              type: "uuid",
              refTable: "BFD",
              refType: "weak",
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
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
      isRoot: false,
    },
    Logical_Switch: {
      columns: {
        name: {
          type: "string",
        },
        ports: {
          type: {
            key: {
              type: "uuid",
              refTable: "Logical_Switch_Port",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
          },
        },
        acls: {
          type: {
            key: {
              type: "uuid",
              refTable: "ACL",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
          },
        },
        qos_rules: {
          type: {
            key: {
              type: "uuid",
              refTable: "QoS",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
          },
        },
        load_balancer: {
          type: {
            key: {
              type: "uuid",
              refTable: "Load_Balancer",
              refType: "weak",
            },
            min: 0,
            max: "unlimited",
          },
        },
        load_balancer_group: {
          type: {
            key: {
              type: "uuid",
              refTable: "Load_Balancer_Group",
            },
            min: 0,
            max: "unlimited",
          },
        },
        dns_records: {
          type: {
            key: {
              type: "uuid",
              refTable: "DNS",
              refType: "weak",
            },
            min: 0,
            max: "unlimited",
          },
        },
        copp: {
          type: {
            key: {
              type: "uuid",
              refTable: "Copp",
              refType: "weak",
            },
            min: 0,
            max: 1,
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
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        forwarding_groups: {
          type: {
            key: {
              type: "uuid",
              refTable: "Forwarding_Group",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
          },
        },
      },
      isRoot: true,
    },
    Logical_Switch_Port: {
      columns: {
        name: {
          type: "string",
        },
        type: {
          type: "string",
        },
        options: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        parent_name: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        tag_request: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 4095,
            },
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
        addresses: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        dynamic_addresses: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        port_security: {
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
        enabled: {
          type: {
            key: "boolean",
            min: 0,
            max: 1,
          },
        },
        dhcpv4_options: {
          type: {
            key: {
              type: "uuid",
              refTable: "DHCP_Options",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
        dhcpv6_options: {
          type: {
            key: {
              type: "uuid",
              refTable: "DHCP_Options",
              refType: "weak",
            },
            min: 0,
            max: 1,
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
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
      indexes: [["name"]],
      isRoot: false,
    },
    NAT: {
      columns: {
        external_ip: {
          type: "string",
        },
        external_mac: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        external_port_range: {
          type: "string",
        },
        logical_ip: {
          type: "string",
        },
        logical_port: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        type: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["dnat", "snat", "dnat_and_snat"]],
            },
          },
        },
        allowed_ext_ips: {
          type: {
            key: {
              type: "uuid",
              refTable: "Address_Set",
              refType: "strong",
            },
            min: 0,
            max: 1,
          },
        },
        exempted_ext_ips: {
          type: {
            key: {
              type: "uuid",
              refTable: "Address_Set",
              refType: "strong",
            },
            min: 0,
            max: 1,
          },
        },
        gateway_port: {
          type: {
            key: {
              type: "uuid",
              refTable: "Logical_Router_Port",
              refType: "weak",
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
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
      isRoot: false,
    },
    NB_Global: {
      columns: {
        name: {
          type: "string",
        },
        nb_cfg: {
          type: {
            key: "integer",
          },
        },
        nb_cfg_timestamp: {
          type: {
            key: "integer",
          },
        },
        sb_cfg: {
          type: {
            key: "integer",
          },
        },
        sb_cfg_timestamp: {
          type: {
            key: "integer",
          },
        },
        hv_cfg: {
          type: {
            key: "integer",
          },
        },
        hv_cfg_timestamp: {
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
        connections: {
          type: {
            key: {
              type: "uuid",
              refTable: "Connection",
            },
            min: 0,
            max: "unlimited",
          },
        },
        ssl: {
          type: {
            key: {
              type: "uuid",
              refTable: "SSL",
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
        ipsec: {
          type: "boolean",
        },
      },
      maxRows: 1,
      isRoot: true,
    },
    Port_Group: {
      columns: {
        name: {
          type: "string",
        },
        ports: {
          type: {
            key: {
              type: "uuid",
              refTable: "Logical_Switch_Port",
              refType: "weak",
            },
            min: 0,
            max: "unlimited",
          },
        },
        acls: {
          type: {
            key: {
              type: "uuid",
              refTable: "ACL",
              refType: "strong",
            },
            min: 0,
            max: "unlimited",
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
      },
      indexes: [["name"]],
      isRoot: true,
    },
  },
});

// Types of Open_vSwitch 8.3.1, made by ovsdb-types.
import { type DatabaseSchema, parseSchema } from "@fairway/ovsdb";

export interface BridgeRow {
  readonly _uuid: string;
  /** Strong reference to AutoAttach. */
  readonly auto_attach: string | null;
  /** Strong reference to Controller. */
  readonly controller: readonly string[];
  /** Not kept over a restart of the server. */
  readonly datapath_id: string | null;
  readonly datapath_type: string;
  readonly datapath_version: string;
  readonly external_ids: Readonly<Record<string, string>>;
  readonly fail_mode: "standalone" | "secure" | null;
  /** 0 to 4095. */
  readonly flood_vlans: readonly number[];
  /** Keys: 0 to 254. Values: strong reference to Flow_Table. */
  readonly flow_tables: Readonly<Record<string, string>>;
  /** Strong reference to IPFIX. */
  readonly ipfix: string | null;
  readonly mcast_snooping_enable: boolean;
  /** Strong reference to Mirror. */
  readonly mirrors: readonly string[];
  /** Fixed at the insert. */
  readonly name: string;
  /** Strong reference to NetFlow. */
  readonly netflow: string | null;
  readonly other_config: Readonly<Record<string, string>>;
  /** Strong reference to Port. */
  readonly ports: readonly string[];
  readonly protocols: readonly (
    | "OpenFlow10"
    | "OpenFlow11"
    | "OpenFlow12"
    | "OpenFlow13"
    | "OpenFlow14"
    | "OpenFlow15"
  )[];
  readonly rstp_enable: boolean;
  /** Not kept over a restart of the server. */
  readonly rstp_status: Readonly<Record<string, string>>;
  /** Strong reference to sFlow. */
  readonly sflow: string | null;
  /** Not kept over a restart of the server. */
  readonly status: Readonly<Record<string, string>>;
  readonly stp_enable: boolean;
}

export interface InterfaceRow {
  readonly _uuid: string;
  /** Not kept over a restart of the server. */
  readonly admin_state: "up" | "down" | null;
  readonly bfd: Readonly<Record<string, string>>;
  /** Not kept over a restart of the server. */
  readonly bfd_status: Readonly<Record<string, string>>;
  /** Not kept over a restart of the server. */
  readonly cfm_fault: boolean | null;
  /** Not kept over a restart of the server. */
  readonly cfm_fault_status: readonly string[];
  readonly cfm_flap_count: number | null;
  /** 0 to 100. Not kept over a restart of the server. */
  readonly cfm_health: number | null;
  readonly cfm_mpid: number | null;
  /** Not kept over a restart of the server. */
  readonly cfm_remote_mpids: readonly number[];
  /** Not kept over a restart of the server. */
  readonly cfm_remote_opstate: "up" | "down" | null;
  /** Not kept over a restart of the server. */
  readonly duplex: "half" | "full" | null;
  readonly error: string | null;
  readonly external_ids: Readonly<Record<string, string>>;
  /** 0 to 4294967295. Not kept over a restart of the server. */
  readonly ifindex: number | null;
  /** At least 0. */
  readonly ingress_policing_burst: number;
  /** At least 0. */
  readonly ingress_policing_kpkts_burst: number;
  /** At least 0. */
  readonly ingress_policing_kpkts_rate: number;
  /** At least 0. */
  readonly ingress_policing_rate: number;
  /** Not kept over a restart of the server. */
  readonly lacp_current: boolean | null;
  /** Not kept over a restart of the server. */
  readonly link_resets: number | null;
  /** Not kept over a restart of the server. */
  readonly link_speed: number | null;
  /** Not kept over a restart of the server. */
  readonly link_state: "up" | "down" | null;
  readonly lldp: Readonly<Record<string, string>>;
  readonly mac: string | null;
  /** Not kept over a restart of the server. */
  readonly mac_in_use: string | null;
  /** Not kept over a restart of the server. */
  readonly mtu: number | null;
  /** At least 1. */
  readonly mtu_request: number | null;
  /** Fixed at the insert. */
  readonly name: string;
  readonly ofport: number | null;
  /** 1 to 65279. */
  readonly ofport_request: number | null;
  readonly options: Readonly<Record<string, string>>;
  readonly other_config: Readonly<Record<string, string>>;
  /** Not kept over a restart of the server. */
  readonly statistics: Readonly<Record<string, number>>;
  /** Not kept over a restart of the server. */
  readonly status: Readonly<Record<string, string>>;
  readonly type: string;
}

export interface OpenVSwitchRow {
  readonly _uuid: string;
  /** Strong reference to Bridge. */
  readonly bridges: readonly string[];
  readonly cur_cfg: number;
  readonly datapath_types: readonly string[];
  /** Values: strong reference to Datapath. */
  readonly datapaths: Readonly<Record<string, string>>;
  readonly db_version: string | null;
  readonly dpdk_initialized: boolean;
  readonly dpdk_version: string | null;
  readonly external_ids: Readonly<Record<string, string>>;
  readonly iface_types: readonly string[];
  /** Strong reference to Manager. */
  readonly manager_options: readonly string[];
  readonly next_cfg: number;
  readonly other_config: Readonly<Record<string, string>>;
  readonly ovs_version: string | null;
  /** Strong reference to SSL. */
  readonly ssl: string | null;
  /** Not kept over a restart of the server. */
  readonly statistics: Readonly<Record<string, string>>;
  readonly system_type: string | null;
  readonly system_version: string | null;
}

export interface PortRow {
  readonly _uuid: string;
  readonly bond_active_slave: string | null;
  readonly bond_downdelay: number;
  readonly bond_fake_iface: boolean;
  readonly bond_mode: "balance-tcp" | "balance-slb" | "active-backup" | null;
  readonly bond_updelay: number;
  /** 0 to 4095. */
  readonly cvlans: readonly number[];
  readonly external_ids: Readonly<Record<string, string>>;
  readonly fake_bridge: boolean;
  /** Strong reference to Interface. */
  readonly interfaces: readonly string[];
  readonly lacp: "active" | "passive" | "off" | null;
  readonly mac: string | null;
  /** Fixed at the insert. */
  readonly name: string;
  readonly other_config: Readonly<Record<string, string>>;
  readonly protected: boolean;
  /** Strong reference to QoS. */
  readonly qos: string | null;
  /** Not kept over a restart of the server. */
  readonly rstp_statistics: Readonly<Record<string, number>>;
  /** Not kept over a restart of the server. */
  readonly rstp_status: Readonly<Record<string, string>>;
  /** Not kept over a restart of the server. */
  readonly statistics: Readonly<Record<string, number>>;
  /** Not kept over a restart of the server. */
  readonly status: Readonly<Record<string, string>>;
  /** 0 to 4095. */
  readonly tag: number | null;
  /** 0 to 4095. */
  readonly trunks: readonly number[];
  readonly vlan_mode: "trunk" | "access" | "native-tagged" | "native-untagged" | "dot1q-tunnel" | null;
}

export interface Tables {
  readonly Bridge: BridgeRow;
  readonly Interface: InterfaceRow;
  readonly Open_vSwitch: OpenVSwitchRow;
  readonly Port: PortRow;
}

export const schema: DatabaseSchema = parseSchema({
  name: "Open_vSwitch",
  version: "8.3.1",
  tables: {
    Bridge: {
      columns: {
        name: {
          type: "string",
          mutable: false,
        },
        datapath_type: {
          type: "string",
        },
        datapath_version: {
          type: "string",
        },
        datapath_id: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        stp_enable: {
          type: "boolean",
        },
        rstp_enable: {
          type: "boolean",
        },
        mcast_snooping_enable: {
          type: "boolean",
        },
        ports: {
          type: {
            key: {
              type: "uuid",
              refTable: "Port",
            },
            min: 0,
            max: "unlimited",
          },
        },
        mirrors: {
          type: {
            key: {
              type: "uuid",
              refTable: "Mirror",
            },
            min: 0,
            max: "unlimited",
          },
        },
        netflow: {
          type: {
            key: {
              type: "uuid",
              refTable: "NetFlow",
            },
            min: 0,
            max: 1,
          },
        },
        sflow: {
          type: {
            key: {
              type: "uuid",
              refTable: "sFlow",
            },
            min: 0,
            max: 1,
          },
        },
        ipfix: {
          type: {
            key: {
              type: "uuid",
              refTable: "IPFIX",
            },
            min: 0,
            max: 1,
          },
        },
        controller: {
          type: {
            key: {
              type: "uuid",
              refTable: "Controller",
            },
            min: 0,
            max: "unlimited",
          },
        },
        protocols: {
          type: {
            key: {
              type: "string",
              enum: [
                "set",
                ["OpenFlow10", "OpenFlow11", "OpenFlow12", "OpenFlow13", "OpenFlow14", "OpenFlow15"],
              ],
            },
            min: 0,
            max: "unlimited",
          },
        },
        fail_mode: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["standalone", "secure"]],
            },
            min: 0,
            max: 1,
          },
        },
        status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        rstp_status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
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
        flood_vlans: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 4095,
            },
            min: 0,
            max: 4096,
          },
        },
        flow_tables: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 254,
            },
            value: {
              type: "uuid",
              refTable: "Flow_Table",
            },
            min: 0,
            max: "unlimited",
          },
        },
        auto_attach: {
          type: {
            key: {
              type: "uuid",
              refTable: "AutoAttach",
            },
            min: 0,
            max: 1,
          },
        },
      },
      indexes: [["name"]],
    },
    Interface: {
      columns: {
        name: {
          type: "string",
          mutable: false,
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
        ingress_policing_rate: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
          },
        },
        ingress_policing_burst: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
          },
        },
        ingress_policing_kpkts_rate: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
          },
        },
        ingress_policing_kpkts_burst: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
          },
        },
        mac_in_use: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        mac: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: 1,
          },
        },
        ifindex: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 4294967295,
            },
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        external_ids: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        ofport: {
          type: {
            key: "integer",
            min: 0,
            max: 1,
          },
        },
        ofport_request: {
          type: {
            key: {
              type: "integer",
              minInteger: 1,
              maxInteger: 65279,
            },
            min: 0,
            max: 1,
          },
        },
        bfd: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        bfd_status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        cfm_mpid: {
          type: {
            key: {
              type: "integer",
            },
            min: 0,
            max: 1,
          },
        },
        cfm_remote_mpids: {
          type: {
            key: {
              type: "integer",
            },
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        cfm_flap_count: {
          type: {
            key: {
              type: "integer",
            },
            min: 0,
            max: 1,
          },
        },
        cfm_fault: {
          type: {
            key: {
              type: "boolean",
            },
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        cfm_fault_status: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        cfm_remote_opstate: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["up", "down"]],
            },
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        cfm_health: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 100,
            },
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        lacp_current: {
          type: {
            key: {
              type: "boolean",
            },
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        lldp: {
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
        statistics: {
          type: {
            key: "string",
            value: "integer",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        admin_state: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["up", "down"]],
            },
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        link_state: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["up", "down"]],
            },
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        link_resets: {
          type: {
            key: {
              type: "integer",
            },
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        link_speed: {
          type: {
            key: "integer",
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        duplex: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["half", "full"]],
            },
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        mtu: {
          type: {
            key: "integer",
            min: 0,
            max: 1,
          },
          ephemeral: true,
        },
        mtu_request: {
          type: {
            key: {
              type: "integer",
              minInteger: 1,
            },
            min: 0,
            max: 1,
          },
        },
        error: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
      },
      indexes: [["name"]],
    },
    Open_vSwitch: {
      columns: {
        datapaths: {
          type: {
            key: {
              type: "string",
            },
            value: {
              type: "uuid",
              refTable: "Datapath",
            },
            min: 0,
            max: "unlimited",
          },
        },
        bridges: {
          type: {
            key: {
              type: "uuid",
              refTable: "Bridge",
            },
            min: 0,
            max: "unlimited",
          },
        },
        manager_options: {
          type: {
            key: {
              type: "uuid",
              refTable: "Manager",
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
        next_cfg: {
          type: "integer",
        },
        cur_cfg: {
          type: "integer",
        },
        statistics: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        ovs_version: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: 1,
          },
        },
        db_version: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: 1,
          },
        },
        system_type: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: 1,
          },
        },
        system_version: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: 1,
          },
        },
        datapath_types: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: "unlimited",
          },
        },
        iface_types: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: "unlimited",
          },
        },
        dpdk_initialized: {
          type: "boolean",
        },
        dpdk_version: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: 1,
          },
        },
      },
      isRoot: true,
      maxRows: 1,
    },
    Port: {
      columns: {
        name: {
          type: "string",
          mutable: false,
        },
        interfaces: {
          type: {
            key: {
              type: "uuid",
              refTable: "Interface",
            },
            min: 1,
            max: "unlimited",
          },
        },
        trunks: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 4095,
            },
            min: 0,
            max: 4096,
          },
        },
        cvlans: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 4095,
            },
            min: 0,
            max: 4096,
          },
        },
        tag: {
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
        vlan_mode: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["trunk", "access", "native-tagged", "native-untagged", "dot1q-tunnel"]],
            },
            min: 0,
            max: 1,
          },
        },
        qos: {
          type: {
            key: {
              type: "uuid",
              refTable: "QoS",
            },
            min: 0,
            max: 1,
          },
        },
        mac: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: 1,
          },
        },
        bond_mode: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["balance-tcp", "balance-slb", "active-backup"]],
            },
            min: 0,
            max: 1,
          },
        },
        lacp: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["active", "passive", "off"]],
            },
            min: 0,
            max: 1,
          },
        },
        bond_updelay: {
          type: "integer",
        },
        bond_downdelay: {
          type: "integer",
        },
        bond_active_slave: {
          type: {
            key: {
              type: "string",
            },
            min: 0,
            max: 1,
          },
        },
        bond_fake_iface: {
          type: "boolean",
        },
        fake_bridge: {
          type: "boolean",
        },
        status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        rstp_status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        rstp_statistics: {
          type: {
            key: "string",
            value: "integer",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        statistics: {
          type: {
            key: "string",
            value: "integer",
            min: 0,
            max: "unlimited",
          },
          ephemeral: true,
        },
        protected: {
          type: "boolean",
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
      },
      indexes: [["name"]],
    },
  },
});

// Types of Fairway 2.0.0, made by ovsdb-types.
import { type DatabaseSchema, parseSchema } from "@fairway/ovsdb";

export interface AddressRow {
  readonly _uuid: string;
  /** Strong reference to Endpoint. */
  readonly endpoint: string | null;
  /** At least 0. */
  readonly expires: number | null;
  /** Weak reference to Host. */
  readonly host: string | null;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly note: string;
  /** Strong reference to Organization. */
  readonly organization: string | null;
  readonly purpose: "endpoint" | "further" | "vip" | "gateway" | "auxiliary" | "reserved" | "router";
  /** At least 0. */
  readonly since: number | null;
  /** Strong reference to Subnet. */
  readonly subnet: string;
}

export interface AddressUseRow {
  readonly _uuid: string;
  readonly endpoint: string | null;
  readonly holder: string;
  readonly host: string | null;
  readonly ip: string;
  readonly kind: "container" | "port" | "gateway" | "auxiliary" | "reservation" | "router" | "vip";
  readonly network: string;
  readonly network_name: string;
  /** At least 0. */
  readonly since: number | null;
  readonly subnet: string;
  /** At least 0. */
  readonly until: number;
}

export interface CentralRow {
  readonly _uuid: string;
  readonly encapsulation: "geneve" | "vxlan";
  /** At least 0. */
  readonly epoch: number;
  readonly leader: string;
  readonly pools: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
  /** 576 to 65535. */
  readonly underlay_mtu: number;
}

export interface ContainerGroupsRow {
  readonly _uuid: string;
  readonly container_id: string;
  readonly groups: readonly string[];
  /** Strong reference to Host. */
  readonly host: string;
  /** Weak reference to Network. */
  readonly network: string | null;
}

export interface ContainerPortRow {
  readonly _uuid: string;
  readonly container_id: string | null;
  /** Weak reference to Endpoint. */
  readonly endpoint: string | null;
  /** Strong reference to Host. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly sources: readonly string[];
}

export interface DockerEndpointRow {
  readonly _uuid: string;
  readonly container_id: string | null;
  readonly container_name: string | null;
  /** Strong reference to Docker_Network. */
  readonly docker_network: string;
  /** Strong reference to Endpoint. */
  readonly endpoint: string;
  readonly engine_id: string;
  /** Strong reference to Host. */
  readonly host: string;
}

export interface DockerNetworkRow {
  readonly _uuid: string;
  readonly attachable: boolean;
  readonly driver: string | null;
  readonly engine_id: string;
  readonly gateways: readonly string[];
  readonly handle: "made" | "joined" | "mirrored";
  /** Strong reference to Host. */
  readonly host: string;
  readonly ipam_options: Readonly<Record<string, string>>;
  readonly name: string | null;
  /** Strong reference to Network. */
  readonly network: string;
  readonly options: Readonly<Record<string, string>>;
  /** Strong reference to Organization. */
  readonly organization: string | null;
  readonly outdated: boolean;
  readonly ranges: Readonly<Record<string, string>>;
  readonly use: string | null;
}

export interface DockerPoolRow {
  readonly _uuid: string;
  readonly address_space: string | null;
  readonly automatic: boolean;
  readonly engine_id: string;
  /** At least 0. */
  readonly expires: number | null;
  readonly foreign_network: string | null;
  /** Strong reference to Host. */
  readonly host: string;
  /** Strong reference to Docker_Network. */
  readonly remade_network: string | null;
  /** Strong reference to Subnet. */
  readonly subnet: string;
}

export interface EndpointRow {
  readonly _uuid: string;
  readonly given: string | null;
  readonly groups: readonly string[];
  /** Strong reference to Host. */
  readonly host: string | null;
  readonly label_groups: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly lost: readonly string[];
  readonly mac: string;
  readonly name: string | null;
  readonly names: readonly string[];
  /** Strong reference to Network. */
  readonly network: string;
  readonly options: Readonly<Record<string, string>>;
  /** Strong reference to Organization. */
  readonly organization: string | null;
  readonly pinned: boolean;
  /** Values: 1 to 65535. */
  readonly published_ports: Readonly<Record<string, number>>;
  readonly request: string;
  readonly status: Readonly<Record<string, string>>;
}

export interface HostRow {
  readonly _uuid: string;
  readonly admitted_key: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  /** 2 to 4094. */
  readonly number: number | null;
  readonly state: "up" | "down";
  /** At least 0. */
  readonly state_since: number | null;
  readonly system_id: string;
  readonly taken: readonly string[];
  readonly tunnel_address: string | null;
  /** 576 to 65535. */
  readonly underlay_mtu: number | null;
  readonly versions: Readonly<Record<string, string>>;
}

export interface HostAccessRow {
  readonly _uuid: string;
  /** Strong reference to Host. */
  readonly host: string;
  /** Strong reference to Network. */
  readonly network: string;
  /** At least 0. */
  readonly until: number;
}

export interface NetworkRow {
  readonly _uuid: string;
  readonly attachable: boolean;
  readonly changed: readonly ("labels" | "mtu" | "options" | "subnets")[];
  readonly claimed: boolean;
  readonly internal: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly mode: "nat" | "isolated" | "routed" | "flat";
  /** 68 to 65535. */
  readonly mtu: number;
  /** 68 to 65535. */
  readonly mtu_asked: number | null;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly origin: "docker" | "api";
  /** Weak reference to Host. */
  readonly origin_host: string | null;
  /** Strong reference to Physical_Network. */
  readonly physical_network: string | null;
  readonly removal: "mirrors" | "everywhere" | null;
  readonly scope: "host" | "cluster";
  /** 1 to 16777215. */
  readonly segment: number | null;
  /** Strong reference to Organization. */
  readonly shared_with: readonly string[];
  readonly status: Readonly<Record<string, string>>;
  /** Strong reference to Zone. */
  readonly zone: string | null;
}

export interface OrganizationRow {
  readonly _uuid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** Values: at least 0. */
  readonly quotas: Readonly<Record<string, number>>;
}

export interface PhysicalNetworkRow {
  readonly _uuid: string;
  /** 68 to 65535. */
  readonly mtu: number | null;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly peers: readonly string[];
  readonly ranges: readonly string[];
  readonly status: Readonly<Record<string, string>>;
  /** 1 to 65535. */
  readonly tunnel_port: number | null;
  readonly type: "overlay" | "vlan" | "flat" | "local" | "vtep";
}

export interface PhysicalPortRow {
  readonly _uuid: string;
  /** Strong reference to Host. */
  readonly host: string | null;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** Strong reference to Physical_Network. */
  readonly physical_network: string;
  readonly take_address: boolean;
}

export interface PolicyRow {
  readonly _uuid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** Strong reference to Organization. */
  readonly organization: string | null;
  readonly rules: Readonly<Record<string, string>>;
  readonly status: Readonly<Record<string, string>>;
}

export interface PrincipalRow {
  readonly _uuid: string;
  /** At least 0. */
  readonly created: number;
  /** At least 0. */
  readonly expires: number | null;
  readonly name: string;
  readonly organization: string | null;
  readonly role: "admin" | "member" | "viewer";
  readonly secret_hash: string;
}

export interface PublicationRow {
  readonly _uuid: string;
  readonly container_id: string;
  /** Strong reference to Host. */
  readonly host: string;
  /** 1 to 65535. */
  readonly host_port: number;
  /** Weak reference to Network. */
  readonly network: string | null;
  /** 1 to 65535. */
  readonly port: number;
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly told: string | null;
}

export interface RouterRow {
  readonly _uuid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** Strong reference to Organization. */
  readonly organization: string | null;
  readonly routes: Readonly<Record<string, string>>;
  readonly status: Readonly<Record<string, string>>;
  readonly zone_policy: "allow" | "deny" | null;
  readonly zone_rules: Readonly<Record<string, string>>;
}

export interface RouterGatewayRow {
  readonly _uuid: string;
  readonly addresses: readonly string[];
  /** Weak reference to Host. */
  readonly holder: string | null;
  /** Keys: 0 to 4. Values: weak reference to Host. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Strong reference to Network. */
  readonly network: string;
  /** Keys: weak reference to Host. */
  readonly readiness: Readonly<Record<string, string>>;
  /** Strong reference to Router. */
  readonly router: string;
  readonly snat: boolean;
}

export interface RouterInterfaceRow {
  readonly _uuid: string;
  readonly addresses: readonly string[];
  /** Values: weak reference to Subnet. */
  readonly claims: Readonly<Record<string, string>>;
  /** Strong reference to Network. */
  readonly network: string;
  readonly options: Readonly<Record<string, string>>;
  /** Strong reference to Router. */
  readonly router: string;
}

export interface SecurityGroupRow {
  readonly _uuid: string;
  readonly expired: Readonly<Record<string, number>>;
  readonly joinable_by_label: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** Strong reference to Organization. */
  readonly organization: string | null;
  readonly resolved: Readonly<Record<string, number>>;
  readonly rules: Readonly<Record<string, string>>;
  readonly status: Readonly<Record<string, string>>;
}

export interface SubnetRow {
  readonly _uuid: string;
  readonly cidr: string;
  readonly dns: readonly string[];
  readonly gateway: string | null;
  readonly host_routes: readonly string[];
  readonly managed: boolean;
  /** Strong reference to Network. */
  readonly network: string | null;
  readonly options: Readonly<Record<string, string>>;
  readonly ranges: readonly string[];
}

export interface TokenRow {
  readonly _uuid: string;
  /** At least 0. */
  readonly created: number;
  /** At least 0. */
  readonly expires: number;
  readonly role: "host";
  readonly secret_hash: string;
  /** At least 0. */
  readonly used: number | null;
  readonly used_by: string | null;
  readonly used_key: string | null;
}

export interface VipRow {
  readonly _uuid: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly members: readonly string[];
  /** Strong reference to Network. */
  readonly network: string;
  readonly options: Readonly<Record<string, string>>;
  readonly status: Readonly<Record<string, string>>;
}

export interface ZoneRow {
  readonly _uuid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** Strong reference to Router. */
  readonly router: string;
}

export interface Tables {
  readonly Address: AddressRow;
  readonly Address_Use: AddressUseRow;
  readonly Central: CentralRow;
  readonly Container_Groups: ContainerGroupsRow;
  readonly Container_Port: ContainerPortRow;
  readonly Docker_Endpoint: DockerEndpointRow;
  readonly Docker_Network: DockerNetworkRow;
  readonly Docker_Pool: DockerPoolRow;
  readonly Endpoint: EndpointRow;
  readonly Host: HostRow;
  readonly Host_Access: HostAccessRow;
  readonly Network: NetworkRow;
  readonly Organization: OrganizationRow;
  readonly Physical_Network: PhysicalNetworkRow;
  readonly Physical_Port: PhysicalPortRow;
  readonly Policy: PolicyRow;
  readonly Principal: PrincipalRow;
  readonly Publication: PublicationRow;
  readonly Router: RouterRow;
  readonly Router_Gateway: RouterGatewayRow;
  readonly Router_Interface: RouterInterfaceRow;
  readonly Security_Group: SecurityGroupRow;
  readonly Subnet: SubnetRow;
  readonly Token: TokenRow;
  readonly Vip: VipRow;
  readonly Zone: ZoneRow;
}

export const schema: DatabaseSchema = parseSchema({
  name: "Fairway",
  version: "2.0.0",
  tables: {
    Address: {
      isRoot: true,
      indexes: [["subnet", "ip"]],
      columns: {
        subnet: {
          type: {
            key: {
              type: "uuid",
              refTable: "Subnet",
            },
          },
        },
        organization: {
          type: {
            key: {
              type: "uuid",
              refTable: "Organization",
            },
            min: 0,
            max: 1,
          },
        },
        ip: {
          type: "string",
        },
        purpose: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["endpoint", "further", "vip", "gateway", "auxiliary", "reserved", "router"]],
            },
          },
        },
        endpoint: {
          type: {
            key: {
              type: "uuid",
              refTable: "Endpoint",
            },
            min: 0,
            max: 1,
          },
        },
        host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
        expires: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
            min: 0,
            max: 1,
          },
        },
        since: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
            min: 0,
            max: 1,
          },
        },
        note: {
          type: "string",
        },
        labels: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
    },
    Address_Use: {
      isRoot: true,
      columns: {
        ip: {
          type: "string",
        },
        network: {
          type: "string",
        },
        network_name: {
          type: "string",
        },
        subnet: {
          type: "string",
        },
        kind: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["container", "port", "gateway", "auxiliary", "reservation", "router", "vip"]],
            },
          },
        },
        holder: {
          type: "string",
        },
        endpoint: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        host: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        since: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
            min: 0,
            max: 1,
          },
        },
        until: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
          },
        },
      },
    },
    Central: {
      isRoot: true,
      maxRows: 1,
      columns: {
        epoch: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
          },
        },
        leader: {
          type: "string",
        },
        encapsulation: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["geneve", "vxlan"]],
            },
          },
        },
        underlay_mtu: {
          type: {
            key: {
              type: "integer",
              minInteger: 576,
              maxInteger: 65535,
            },
          },
        },
        pools: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        settings: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
    },
    Container_Groups: {
      isRoot: true,
      columns: {
        host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
            },
          },
        },
        container_id: {
          type: "string",
        },
        network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Network",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
        groups: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
    },
    Container_Port: {
      isRoot: true,
      columns: {
        host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
            },
          },
        },
        container_id: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        endpoint: {
          type: {
            key: {
              type: "uuid",
              refTable: "Endpoint",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
        protocol: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["tcp", "udp", "sctp"]],
            },
          },
        },
        port: {
          type: {
            key: {
              type: "integer",
              minInteger: 1,
              maxInteger: 65535,
            },
          },
        },
        sources: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
    },
    Docker_Endpoint: {
      isRoot: true,
      indexes: [["host", "engine_id"]],
      columns: {
        host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
            },
          },
        },
        engine_id: {
          type: "string",
        },
        docker_network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Docker_Network",
            },
          },
        },
        endpoint: {
          type: {
            key: {
              type: "uuid",
              refTable: "Endpoint",
            },
          },
        },
        container_id: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        container_name: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
      },
    },
    Docker_Network: {
      isRoot: true,
      indexes: [["host", "engine_id"]],
      columns: {
        host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
            },
          },
        },
        engine_id: {
          type: "string",
        },
        network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Network",
            },
          },
        },
        organization: {
          type: {
            key: {
              type: "uuid",
              refTable: "Organization",
            },
            min: 0,
            max: 1,
          },
        },
        name: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        driver: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        handle: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["made", "joined", "mirrored"]],
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
        ipam_options: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        ranges: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        gateways: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        attachable: {
          type: "boolean",
        },
        outdated: {
          type: "boolean",
        },
        use: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
      },
    },
    Docker_Pool: {
      isRoot: true,
      indexes: [["host", "engine_id"]],
      columns: {
        host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
            },
          },
        },
        engine_id: {
          type: "string",
        },
        subnet: {
          type: {
            key: {
              type: "uuid",
              refTable: "Subnet",
            },
          },
        },
        address_space: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        automatic: {
          type: "boolean",
        },
        foreign_network: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        remade_network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Docker_Network",
            },
            min: 0,
            max: 1,
          },
        },
        expires: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
            min: 0,
            max: 1,
          },
        },
      },
    },
    Endpoint: {
      isRoot: true,
      indexes: [["network", "mac"]],
      columns: {
        network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Network",
            },
          },
        },
        organization: {
          type: {
            key: {
              type: "uuid",
              refTable: "Organization",
            },
            min: 0,
            max: 1,
          },
        },
        name: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        pinned: {
          type: "boolean",
        },
        mac: {
          type: "string",
        },
        host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
            },
            min: 0,
            max: 1,
          },
        },
        names: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        labels: {
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
        published_ports: {
          type: {
            key: "string",
            value: {
              type: "integer",
              minInteger: 1,
              maxInteger: 65535,
            },
            min: 0,
            max: "unlimited",
          },
        },
        groups: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        label_groups: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        request: {
          type: "string",
        },
        lost: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        given: {
          type: {
            key: "string",
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
        },
      },
    },
    Host: {
      isRoot: true,
      indexes: [["name"], ["system_id"]],
      columns: {
        name: {
          type: "string",
        },
        system_id: {
          type: "string",
        },
        tunnel_address: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        underlay_mtu: {
          type: {
            key: {
              type: "integer",
              minInteger: 576,
              maxInteger: 65535,
            },
            min: 0,
            max: 1,
          },
        },
        versions: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        taken: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        labels: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        state: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["up", "down"]],
            },
          },
        },
        state_since: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
            min: 0,
            max: 1,
          },
        },
        admitted_key: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        number: {
          type: {
            key: {
              type: "integer",
              minInteger: 2,
              maxInteger: 4094,
            },
            min: 0,
            max: 1,
          },
        },
      },
    },
    Host_Access: {
      isRoot: true,
      indexes: [["network", "host"]],
      columns: {
        network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Network",
            },
          },
        },
        host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
            },
          },
        },
        until: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
          },
        },
      },
    },
    Network: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        name: {
          type: "string",
        },
        claimed: {
          type: "boolean",
        },
        mode: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["nat", "isolated", "routed", "flat"]],
            },
          },
        },
        internal: {
          type: "boolean",
        },
        attachable: {
          type: "boolean",
        },
        mtu_asked: {
          type: {
            key: {
              type: "integer",
              minInteger: 68,
              maxInteger: 65535,
            },
            min: 0,
            max: 1,
          },
        },
        mtu: {
          type: {
            key: {
              type: "integer",
              minInteger: 68,
              maxInteger: 65535,
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
        labels: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        origin: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["docker", "api"]],
            },
          },
        },
        origin_host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
        scope: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["host", "cluster"]],
            },
          },
        },
        removal: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["mirrors", "everywhere"]],
            },
            min: 0,
            max: 1,
          },
        },
        physical_network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Physical_Network",
            },
            min: 0,
            max: 1,
          },
        },
        segment: {
          type: {
            key: {
              type: "integer",
              minInteger: 1,
              maxInteger: 16777215,
            },
            min: 0,
            max: 1,
          },
        },
        zone: {
          type: {
            key: {
              type: "uuid",
              refTable: "Zone",
            },
            min: 0,
            max: 1,
          },
        },
        shared_with: {
          type: {
            key: {
              type: "uuid",
              refTable: "Organization",
            },
            min: 0,
            max: "unlimited",
          },
        },
        changed: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["labels", "mtu", "options", "subnets"]],
            },
            min: 0,
            max: 4,
          },
        },
        status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
    },
    Organization: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        name: {
          type: "string",
        },
        quotas: {
          type: {
            key: "string",
            value: {
              type: "integer",
              minInteger: 0,
            },
            min: 0,
            max: "unlimited",
          },
        },
        labels: {
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
    },
    Physical_Network: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        name: {
          type: "string",
        },
        type: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["overlay", "vlan", "flat", "local", "vtep"]],
            },
          },
        },
        ranges: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        peers: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        tunnel_port: {
          type: {
            key: {
              type: "integer",
              minInteger: 1,
              maxInteger: 65535,
            },
            min: 0,
            max: 1,
          },
        },
        mtu: {
          type: {
            key: {
              type: "integer",
              minInteger: 68,
              maxInteger: 65535,
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
        status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
    },
    Physical_Port: {
      isRoot: true,
      columns: {
        physical_network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Physical_Network",
            },
          },
        },
        name: {
          type: "string",
        },
        host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
            },
            min: 0,
            max: 1,
          },
        },
        take_address: {
          type: "boolean",
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
    },
    Policy: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        name: {
          type: "string",
        },
        organization: {
          type: {
            key: {
              type: "uuid",
              refTable: "Organization",
            },
            min: 0,
            max: 1,
          },
        },
        rules: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        labels: {
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
        status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
    },
    Principal: {
      isRoot: true,
      indexes: [["name"], ["secret_hash"]],
      columns: {
        name: {
          type: "string",
        },
        role: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["admin", "member", "viewer"]],
            },
          },
        },
        organization: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        secret_hash: {
          type: "string",
        },
        created: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
          },
        },
        expires: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
            min: 0,
            max: 1,
          },
        },
      },
    },
    Publication: {
      isRoot: true,
      columns: {
        host: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
            },
          },
        },
        container_id: {
          type: "string",
        },
        network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Network",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
        protocol: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["tcp", "udp", "sctp"]],
            },
          },
        },
        port: {
          type: {
            key: {
              type: "integer",
              minInteger: 1,
              maxInteger: 65535,
            },
          },
        },
        host_port: {
          type: {
            key: {
              type: "integer",
              minInteger: 1,
              maxInteger: 65535,
            },
          },
        },
        told: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
      },
    },
    Router: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        name: {
          type: "string",
        },
        organization: {
          type: {
            key: {
              type: "uuid",
              refTable: "Organization",
            },
            min: 0,
            max: 1,
          },
        },
        routes: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        zone_policy: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["allow", "deny"]],
            },
            min: 0,
            max: 1,
          },
        },
        zone_rules: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        labels: {
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
        status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
    },
    Router_Gateway: {
      isRoot: true,
      indexes: [["router"]],
      columns: {
        router: {
          type: {
            key: {
              type: "uuid",
              refTable: "Router",
            },
          },
        },
        network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Network",
            },
          },
        },
        addresses: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        snat: {
          type: "boolean",
        },
        hosts: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
              maxInteger: 4,
            },
            value: {
              type: "uuid",
              refTable: "Host",
              refType: "weak",
            },
            min: 0,
            max: 5,
          },
        },
        readiness: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
              refType: "weak",
            },
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        holder: {
          type: {
            key: {
              type: "uuid",
              refTable: "Host",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
      },
    },
    Router_Interface: {
      isRoot: true,
      indexes: [["network"]],
      columns: {
        router: {
          type: {
            key: {
              type: "uuid",
              refTable: "Router",
            },
          },
        },
        network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Network",
            },
          },
        },
        addresses: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        claims: {
          type: {
            key: "string",
            value: {
              type: "uuid",
              refTable: "Subnet",
              refType: "weak",
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
      },
    },
    Security_Group: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        name: {
          type: "string",
        },
        organization: {
          type: {
            key: {
              type: "uuid",
              refTable: "Organization",
            },
            min: 0,
            max: 1,
          },
        },
        joinable_by_label: {
          type: "boolean",
        },
        rules: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
        resolved: {
          type: {
            key: "string",
            value: "integer",
            min: 0,
            max: "unlimited",
          },
        },
        expired: {
          type: {
            key: "string",
            value: "integer",
            min: 0,
            max: "unlimited",
          },
        },
        labels: {
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
        status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
    },
    Subnet: {
      isRoot: true,
      columns: {
        network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Network",
            },
            min: 0,
            max: 1,
          },
        },
        cidr: {
          type: "string",
        },
        gateway: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        ranges: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        host_routes: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        dns: {
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
        managed: {
          type: "boolean",
        },
      },
    },
    Token: {
      isRoot: true,
      indexes: [["secret_hash"]],
      columns: {
        secret_hash: {
          type: "string",
        },
        role: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["host"]],
            },
          },
        },
        created: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
          },
        },
        expires: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
          },
        },
        used: {
          type: {
            key: {
              type: "integer",
              minInteger: 0,
            },
            min: 0,
            max: 1,
          },
        },
        used_by: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        used_key: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
      },
    },
    Vip: {
      isRoot: true,
      indexes: [["network", "ip"]],
      columns: {
        network: {
          type: {
            key: {
              type: "uuid",
              refTable: "Network",
            },
          },
        },
        ip: {
          type: "string",
        },
        members: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        labels: {
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
        status: {
          type: {
            key: "string",
            value: "string",
            min: 0,
            max: "unlimited",
          },
        },
      },
    },
    Zone: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        name: {
          type: "string",
        },
        router: {
          type: {
            key: {
              type: "uuid",
              refTable: "Router",
            },
          },
        },
        labels: {
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
    },
  },
});

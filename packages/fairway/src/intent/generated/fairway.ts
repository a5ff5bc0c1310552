// Types of Fairway 1.0.0, made by ovsdb-types.
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
  readonly purpose: "endpoint" | "gateway" | "auxiliary";
  /** Strong reference to Subnet. */
  readonly subnet: string;
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
  /** At least 0. */
  readonly asked_until: number | null;
  readonly attachable: boolean;
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
  readonly ranges: Readonly<Record<string, string>>;
  readonly use: string | null;
}

export interface EndpointRow {
  readonly _uuid: string;
  /** Strong reference to Host. */
  readonly host: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly lost: readonly string[];
  readonly mac: string;
  readonly names: readonly string[];
  /** Strong reference to Network. */
  readonly network: string;
  readonly options: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly published: readonly string[];
  readonly request: string;
  readonly status: Readonly<Record<string, string>>;
}

export interface HostRow {
  readonly _uuid: string;
  readonly admitted_key: string | null;
  readonly name: string;
  /** 2 to 4094. */
  readonly number: number | null;
  readonly state: "up" | "down";
  /** At least 0. */
  readonly state_since: number | null;
  readonly system_id: string;
  readonly tunnel_address: string | null;
  /** 576 to 65535. */
  readonly underlay_mtu: number | null;
  readonly versions: Readonly<Record<string, string>>;
}

export interface NetworkRow {
  readonly _uuid: string;
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
  readonly removal: "mirrors" | "everywhere" | null;
  readonly scope: "host" | "cluster";
  readonly status: Readonly<Record<string, string>>;
}

export interface SubnetRow {
  readonly _uuid: string;
  readonly automatic: boolean;
  readonly cidr: string;
  readonly dns: readonly string[];
  /** At least 0. */
  readonly expires: number | null;
  readonly foreign: string | null;
  readonly gateway: string | null;
  readonly host_routes: readonly string[];
  readonly managed: boolean;
  /** Strong reference to Network. */
  readonly network: string | null;
  readonly options: Readonly<Record<string, string>>;
  readonly ranges: readonly string[];
  /** Weak reference to Subnet. */
  readonly same_as: string | null;
  readonly space: string;
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

export interface Tables {
  readonly Address: AddressRow;
  readonly Central: CentralRow;
  readonly Docker_Endpoint: DockerEndpointRow;
  readonly Docker_Network: DockerNetworkRow;
  readonly Endpoint: EndpointRow;
  readonly Host: HostRow;
  readonly Network: NetworkRow;
  readonly Subnet: SubnetRow;
  readonly Token: TokenRow;
}

export const schema: DatabaseSchema = parseSchema({
  name: "Fairway",
  version: "1.0.0",
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
        ip: {
          type: "string",
        },
        purpose: {
          type: {
            key: {
              type: "string",
              enum: ["set", ["endpoint", "gateway", "auxiliary"]],
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
        name: {
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
        use: {
          type: {
            key: "string",
            min: 0,
            max: 1,
          },
        },
        asked_until: {
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
        published: {
          type: {
            key: "string",
            min: 0,
            max: "unlimited",
          },
        },
        ports: {
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
      indexes: [["network", "cidr", "space"]],
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
        space: {
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
        automatic: {
          type: "boolean",
        },
        same_as: {
          type: {
            key: {
              type: "uuid",
              refTable: "Subnet",
              refType: "weak",
            },
            min: 0,
            max: 1,
          },
        },
        foreign: {
          type: {
            key: "string",
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
  },
});

import {
  type AnyTables,
  type DatabaseSchema,
  type Operation,
  type OperationResult,
  operationsFor,
} from "@fairway/ovsdb";
import { derive } from "../identity.ts";
import { byUuid } from "./operations.ts";
import { encodePorts, type PublishedPort } from "./published-port.ts";

/**
 * From schema 1 to 2. In 1, what is an engine's pool stood in columns of `Subnet`, what a host asked to reach in a column of
 * `Docker_Network`, whether a network is attachable with its handles alone, and an endpoint's ports as JSON. The rows move in a database whose schema has the columns of both: in one
 * transaction, which finds nothing to do where it is repeated.
 */

const optional = (key: unknown) => ({ type: { key, min: 0, max: 1 } });

/** The columns of schema 1 that are read and that schema 2 has not. A database of an early 1.0.0 lacks some of them. */
export const oldColumns: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Subnet: {
    space: { type: "string" },
    automatic: { type: "boolean" },
    same_as: optional({ type: "uuid", refTable: "Subnet", refType: "weak" }),
    foreign: optional("string"),
    expires: optional({ type: "integer", minInteger: 0 }),
  },
  Endpoint: { ports: { type: { key: "string", min: 0, max: "unlimited" } } },
  Docker_Network: { asked_until: optional({ type: "integer", minInteger: 0 }) },
};

interface OldSubnet {
  readonly _uuid: string;
  readonly network: string | null;
  readonly managed: boolean;
  /** `HOST/ADDRESS SPACE`; empty once a network has it; of an alias, the prefix below and the UUID of the engine's network. */
  readonly space: string;
  readonly automatic: boolean;
  /** Of an alias: the subnet for which it stands. */
  readonly same_as: string | null;
  readonly foreign: string | null;
  readonly expires: number | null;
}

interface OldRows {
  readonly Host: readonly { readonly _uuid: string; readonly name: string }[];
  readonly Network: readonly {
    readonly _uuid: string;
    readonly origin_host: string | null;
    readonly attachable: boolean;
  }[];
  readonly Subnet: readonly OldSubnet[];
  readonly Endpoint: readonly { readonly _uuid: string; readonly ports: readonly string[] }[];
  readonly Docker_Network: readonly {
    readonly _uuid: string;
    readonly host: string;
    readonly network: string;
    readonly handle: string;
    readonly attachable: boolean;
    readonly asked_until: number | null;
  }[];
  readonly Docker_Pool: readonly { readonly engine_id: string }[];
  readonly Host_Access: readonly { readonly network: string; readonly host: string }[];
}

const read = {
  Host: ["name"],
  Network: ["origin_host", "attachable"],
  Subnet: ["network", "managed", "space", "automatic", "same_as", "foreign", "expires"],
  Endpoint: ["ports"],
  Docker_Network: ["host", "network", "handle", "attachable", "asked_until"],
  Docker_Pool: ["engine_id"],
  Host_Access: ["network", "host"],
} as const satisfies { readonly [T in keyof OldRows]: readonly string[] };

type TableOf = keyof typeof read;
const tables = Object.keys(read) as readonly TableOf[];

/** Which names an alias: a pool that stood for a subnet of an older network. */
const aliasPrefix = "@same/";

/** What moves the rows of a database whose schema has the columns of both versions. */
export class Migration {
  readonly #op;

  /** @param schema of the database, with the columns of both versions. */
  constructor(schema: DatabaseSchema) {
    this.#op = operationsFor<AnyTables>(schema);
  }

  /** Reads all that moves, in one transaction. */
  get select(): readonly Operation[] {
    return tables.map((table) => this.#op.select(table, [], read[table]));
  }

  /** @param results of `select`. @returns what moves the rows, for one transaction; empty where all have moved. */
  move(results: readonly OperationResult[]): readonly Operation[] {
    const rows = Object.fromEntries(
      tables.map((table, at) => [table, this.#op.rows(table, results[at])]),
    ) as unknown as OldRows;
    return [...this.#pools(rows), ...this.#attachables(rows), ...this.#accesses(rows), ...this.#ports(rows)];
  }

  #pools({ Subnet, Host, Network, Docker_Network, Docker_Pool }: OldRows): readonly Operation[] {
    const moved = new Set(Docker_Pool.map(({ engine_id }) => engine_id));
    const hostNamed = new Map(Host.map(({ _uuid, name }) => [name, _uuid]));
    const originOf = new Map(Network.map(({ _uuid, origin_host }) => [_uuid, origin_host]));
    const handles = new Map(Docker_Network.map((handle) => [handle._uuid, handle]));
    return Subnet.filter(({ _uuid }) => !moved.has(_uuid)).flatMap((subnet) => {
      const { _uuid, network, managed, space } = subnet;
      if (space.startsWith(aliasPrefix))
        return this.#alias(subnet, handles.get(space.slice(aliasPrefix.length)));
      if (network !== null) {
        const host = originOf.get(network) ?? null;
        return managed && host !== null ? [this.#pool(subnet, host, { subnet: _uuid })] : [];
      }
      const slash = space.indexOf("/");
      const host = hostNamed.get(space.slice(0, slash));
      // Its host is gone, and nobody else can release it.
      if (host === undefined) return this.#deleteSubnet(_uuid);
      return [this.#pool(subnet, host, { subnet: _uuid, address_space: space.slice(slash + 1) })];
    });
  }

  /** An alias is a pool without a subnet of its own. */
  #alias(subnet: OldSubnet, handle: OldRows["Docker_Network"][number] | undefined): readonly Operation[] {
    const { _uuid, same_as } = subnet;
    const isKnown = handle !== undefined && same_as !== null;
    const pool = isKnown
      ? [this.#pool(subnet, handle.host, { subnet: same_as, remade_network: handle._uuid })]
      : [];
    return [...pool, ...this.#deleteSubnet(_uuid)];
  }

  #pool(
    { _uuid, automatic, foreign, expires }: OldSubnet,
    host: string,
    place: { readonly subnet: string; readonly address_space?: string; readonly remade_network?: string },
  ): Operation {
    const row = { host, engine_id: _uuid, automatic, foreign_network: foreign, expires, ...place };
    return this.#op.insert("Docker_Pool", row, derive("docker-pool", host, _uuid));
  }

  #deleteSubnet(uuid: string): readonly Operation[] {
    return [this.#op.delete("Address", [["subnet", "==", uuid]]), this.#op.delete("Subnet", byUuid(uuid))];
  }

  /** A network is what its handle said of itself: whether others may attach to it by hand. */
  #attachables({ Network, Docker_Network }: OldRows): readonly Operation[] {
    const attachable = new Set(
      Docker_Network.filter((handle) => handle.attachable).map(({ network }) => network),
    );
    return Network.filter((network) => !network.attachable && attachable.has(network._uuid)).map(
      ({ _uuid }) => this.#op.update("Network", byUuid(_uuid), { attachable: true }),
    );
  }

  #accesses({ Docker_Network, Host_Access }: OldRows): readonly Operation[] {
    const known = new Set(Host_Access.map(({ network, host }) => derive("host-access", network, host)));
    const latest = new Map<string, { network: string; host: string; until: number }>();
    for (const { network, host, asked_until: until } of Docker_Network) {
      const uuid = derive("host-access", network, host);
      if (until !== null && !known.has(uuid) && (latest.get(uuid)?.until ?? 0) <= until)
        latest.set(uuid, { network, host, until });
    }
    return Array.from(latest, ([uuid, row]) => this.#op.insert("Host_Access", row, uuid));
  }

  /** The set of JSON texts becomes a map; what is no port is left out. */
  #ports({ Endpoint }: OldRows): readonly Operation[] {
    return Endpoint.filter(({ ports }) => ports.length > 0).map(({ _uuid, ports }) => {
      const published_ports = encodePorts(ports.flatMap((text) => readPort(text) ?? []));
      return this.#op.update("Endpoint", byUuid(_uuid), { published_ports, ports: [] });
    });
  }
}

function readPort(text: string): PublishedPort | undefined {
  try {
    const port = JSON.parse(text) as PublishedPort | null;
    const isPort = typeof port?.protocol === "string" && [port.port, port.hostPort].every(isPortNumber);
    return isPort ? port : undefined;
  } catch {
    return undefined;
  }
}

function isPortNumber(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
}

import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { OvsdbClient } from "@fairway/ovsdb";
import { TestServer } from "../../ovsdb/test/server.ts";
import { Addresses } from "../src/center/addresses/addresses.ts";
import { type Center, createCenter } from "../src/center/center.ts";
import type { Context } from "../src/center/context.ts";
import { HostWatch } from "../src/center/hosts/host-watch.ts";
import { Liveness } from "../src/center/hosts/liveness.ts";
import type { Certifier } from "../src/center/members/certifier.ts";
import type { EngineEndpointKey } from "../src/center/schemas/endpoint.ts";
import { Controller } from "../src/control/controller.ts";
import { HostStates } from "../src/control/host-states.ts";
import { ovnTrace } from "../src/host/ovn-trace/ovn-trace.ts";
import { Store } from "../src/intent/store.ts";
import type { Logger } from "../src/logger.ts";

const INTENT_SCHEMA = fileURLToPath(new URL("../src/intent/fairway.ovsschema", import.meta.url));
export const NORTHBOUND_SCHEMA = "/usr/share/ovn/ovn-nb.ovsschema";
export const SOUTHBOUND_SCHEMA = "/usr/share/ovn/ovn-sb.ovsschema";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

export const root: Context = {
  caller: { kind: "root" },
  request: "test",
  signal: new AbortController().signal,
};

const settings = {
  encapsulation: "geneve",
  underlay_mtu: 1500,
  pools: ["fd12:3456:789a::/48 64"],
  settings: {},
} as const;

/** How long what nobody binds is kept, ms. */
export const RESERVATION_MS = 120_000;

/** How long a host may be down before its addresses are given back, ms. */
export const GRACE_MS = 3_600_000;

interface TestCenterOptions {
  readonly name?: string;
  /** The remote of OVN Northbound, where it is not with the other databases. */
  readonly northbound?: string;
  readonly certifier?: Certifier | undefined;
  /** How long hosts have to claim what the intent has lost; 30 s by default. */
  readonly claimsMs?: number;
  /** How long a chassis may take to let go of a port; 10 s by default. */
  readonly releaseMs?: number;
  /** There is no OVN behind the Southbound here. */
  readonly removeChassis?: (systemId: string) => Promise<void>;
  /** `addresses.reserved`. */
  readonly reservedSubnets?: readonly string[];
  /** `tenancy.create`. */
  readonly makesLevels?: boolean;
}

/** The center on a real ovsdb-server that holds the intent and OVN's databases; without northd and without hosts. */
export class TestCenter implements AsyncDisposable {
  readonly server: TestServer;
  readonly client: OvsdbClient;
  readonly store: Store;
  readonly controller: Controller;
  readonly hostStates: HostStates;
  /** The use cases. */
  readonly service: Center;
  readonly liveness: Liveness;
  readonly hostWatch: HostWatch;
  /** The time that the service sees, ms. */
  now = Date.now();

  private constructor(
    server: TestServer,
    {
      name = "center",
      northbound,
      certifier,
      claimsMs,
      releaseMs,
      removeChassis = async () => undefined,
      reservedSubnets,
      makesLevels,
    }: TestCenterOptions,
  ) {
    this.server = server;
    this.client = new OvsdbClient({ remotes: [server.remote], backoff: { minMs: 10, maxMs: 200 } });
    this.store = new Store(this.client, silent);
    this.hostStates = new HostStates(this.store, silent);
    const { store } = this;
    const now = () => this.now;
    this.liveness = new Liveness(now);
    const addresses = new Addresses(store, now, RESERVATION_MS);
    this.hostWatch = new HostWatch({
      store,
      addresses,
      liveness: this.liveness,
      graceMs: GRACE_MS,
      now,
      uptime: now,
      logger: silent,
    });
    this.controller = new Controller({
      store: this.store,
      addresses,
      claimsMs,
      releaseMs,
      // A test looks itself, at its own time.
      hostWatch: { begin: () => undefined, look: async () => undefined },
      intentClient: this.client,
      northboundRemotes: [northbound ?? server.remote],
      southboundRemotes: [server.remote],
      centerName: name,
      settings,
      logger: silent,
      traceFlow: (flow, signal) => ovnTrace(server.remote, flow, signal),
    });
    this.service = createCenter({
      store: this.store,
      hostStates: this.hostStates,
      liveness: this.liveness,
      addresses,
      progress: this.controller,
      tracer: this.controller.tracer,
      automaticPools: [{ cidr: "10.128.0.0/9", size: 24 }],
      reservedSubnets,
      makesLevels,
      centerName: name,
      version: "0.1.0",
      certifier,
      now: () => this.now,
      smallestMtu: 1280,
      removeChassis,
    });
  }

  static async start(options: TestCenterOptions = {}): Promise<TestCenter> {
    const server = await TestServer.start([INTENT_SCHEMA, NORTHBOUND_SCHEMA, SOUTHBOUND_SCHEMA]);
    const center = new TestCenter(server, options);
    await using northbound = new OvsdbClient({ remotes: [options.northbound ?? server.remote] });
    await northbound.transact("OVN_Northbound", [{ op: "insert", table: "NB_Global", row: {} }]);
    await center.leads();
    return center;
  }

  /** Another center on databases that are there. */
  static on(server: TestServer, options: TestCenterOptions = {}): TestCenter {
    return new TestCenter(server, options);
  }

  async leads(): Promise<void> {
    await until(() => {
      const { pending, stores } = this.service.status.show();
      return this.store.epoch !== undefined && stores.northbound === "connected" && pending === 0;
    });
  }

  /** Waits until Northbound has all that the intent wants. */
  async settled(): Promise<void> {
    await until(() => this.controller.pending === 0);
  }

  /** A registered host, a network on it and its pool: what `docker network create` does. */
  async network(
    host: string,
    cidr: string,
    options: {
      gateway?: string;
      internal?: boolean;
      scope?: "host";
      /** Others of `-o`. */
      more?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<MadeNetwork> {
    await this.service.hosts.register(host, { systemId: `system-${host}` }, root);
    const space = randomBytes(4).toString("hex");
    const family = cidr.includes(":") ? 6 : 4;
    const { pool } = await this.service.pools.request(host, { space, family, cidr, options: {} }, root);
    const asked = {
      purpose: "gateway",
      ...(options.gateway === undefined ? {} : { ip: options.gateway }),
    } as const;
    const { address } = await this.service.poolAddresses.request(host, pool, asked, root);
    const [gateway = ""] = address.split("/");
    const id = engineId();
    const subnets = [{ space, cidr, gateway }];
    const made = await this.service.dockerNetworks.create(
      host,
      id,
      {
        subnets,
        internal: options.internal ?? false,
        options: { ...(options.scope !== undefined && { scope: options.scope }), ...options.more },
      },
      root,
    );
    return { id, pool, uuid: made.uuid, gateway };
  }

  /** What `docker network create --ipam-opt network=… -o network=…` does on another host. */
  async join(host: string, network: MadeNetwork): Promise<MadeNetwork> {
    await this.service.hosts.register(host, { systemId: `system-${host}` }, root);
    const { name, subnets } = this.service.networks.show(network.uuid, root);
    const [cidr = ""] = subnets.map((subnet) => subnet.cidr);
    const options = { network: name };
    await this.service.pools.request(host, { space: host, family: 4, options }, root);
    const id = engineId();
    const request = { subnets: [{ space: host, cidr, gateway: network.gateway }], options };
    await this.service.dockerNetworks.create(host, id, request, root);
    return { ...network, id };
  }

  /** What `docker run` does until Join. */
  async endpoint(host: string, network: MadeNetwork, ip?: string): Promise<MadeEndpoint> {
    const asked = { purpose: "unspecified", ...(ip === undefined ? {} : { ip }) } as const;
    const { address } = await this.service.poolAddresses.request(host, network.pool, asked, root);
    const [bare = ""] = address.split("/");
    const key = { host, networkId: network.id, endpointId: engineId() };
    const made = await this.service.dockerEndpoints.create(key, { addresses: [bare] }, root);
    return { key, ip: bare, uuid: made.endpoint, mac: made.mac };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.server[Symbol.asyncDispose]();
  }

  /** Ends the center and leaves the databases. */
  async stop(): Promise<void> {
    await this.controller[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
    await this.client.close();
  }
}

export interface MadeNetwork {
  readonly id: string;
  readonly pool: string;
  readonly uuid: string;
  readonly gateway: string;
}

export interface MadeEndpoint {
  readonly key: EngineEndpointKey;
  readonly ip: string;
  readonly uuid: string;
  readonly mac: string;
}

/** An id as Docker makes them. */
export function engineId(): string {
  return randomBytes(32).toString("hex");
}

/** Looks again at every turn of the event loop; the test's own bound ends a wait that is in vain. */
export async function until(holds: () => boolean, boundMs = 20_000): Promise<void> {
  const end = Date.now() + boundMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${boundMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

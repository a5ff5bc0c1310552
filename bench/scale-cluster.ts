import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Heartbeat } from "../packages/fairway/src/agent/reports/heartbeat.ts";
import { HostState } from "../packages/fairway/src/agent/state/host-state.ts";
import { ApiClient } from "../packages/fairway/src/api/client.ts";
import type { HostStateMessage } from "../packages/fairway/src/center/schemas/host-state.ts";
import { silent } from "../packages/fairway/src/logger.ts";

/** Calls under way at a time while much is made. */
const CONCURRENCY = 32;

/** While nobody leads, for a moment, a call is refused; a host tries again. */
const patience = { waitUntilAvailableMs: 30_000 } as const;

/** A network of the cluster as one host's engine has it. */
interface Handle {
  readonly host: SimulatedHost;
  readonly id: string;
  readonly pool: string;
}

/** What its user made, as others can join it. */
interface MadeNetwork extends Handle {
  /** In the cluster. */
  readonly name: string;
  readonly cidr: string;
  readonly gateway: string;
}

export interface MadeEndpoint {
  readonly uuid: string;
  remove(): Promise<void>;
}

/** A host without containers: it registers, follows its state, tells that it lives, and calls as its Docker engine would. */
export class SimulatedHost implements AsyncDisposable {
  readonly name: string;
  readonly api: ApiClient;
  /** Bytes of the state's messages. */
  received = 0;
  #state: HostState | undefined;
  #heartbeat: Heartbeat | undefined;

  constructor(name: string, target: string, certificates: string) {
    this.name = name;
    const tls = {
      ca: join(certificates, "ca.pem"),
      cert: join(certificates, `${name}-cert.pem`),
      key: join(certificates, `${name}-key.pem`),
    };
    this.api = new ApiClient({ target, tls });
  }

  /** One of its own, as the center asks: `host-17` has 198.18.0.17 (RFC 2544). */
  get #tunnelAddress(): string {
    const number = Number(this.name.replace(/\D/g, ""));
    return `198.18.${number >> 8}.${number & 255}`;
  }

  get isFresh(): boolean {
    return this.#state?.isFresh === true;
  }

  get items(): number {
    return this.#state?.items.size ?? 0;
  }

  async register(
    versions: Readonly<Record<string, string>> = { kernel: "6.12", docker: "26.1.5" },
  ): Promise<void> {
    await this.api.registerHost(
      { host: this.name },
      { systemId: `system-${this.name}`, tunnelAddress: this.#tunnelAddress, underlayMtu: 1500, versions },
      patience,
    );
  }

  follow(): void {
    this.#heartbeat = new Heartbeat({ api: this.api, hostName: this.name, logger: silent });
    this.#state = new HostState({
      api: { followHostState: (...args) => this.#counted(this.api.followHostState(...args)) },
      hostName: this.name,
      logger: silent,
      onUnknownHost: () => this.register(),
    });
  }

  async unfollow(): Promise<void> {
    await this.#heartbeat?.[Symbol.asyncDispose]();
    await this.#state?.[Symbol.asyncDispose]();
    this.#state = undefined;
  }

  async *#counted(messages: AsyncGenerator<HostStateMessage, void>): AsyncGenerator<HostStateMessage, void> {
    for await (const message of messages) {
      this.received += JSON.stringify(message).length + 1;
      yield message;
    }
  }

  /** `docker network create`; tells the subnet's CIDR and gateway as well. */
  async createNetwork(
    name: string,
    cidr: string | undefined,
    labels: Readonly<Record<string, string>>,
    options: Readonly<Record<string, string>> = {},
  ): Promise<MadeNetwork> {
    const space = engineId().slice(0, 16);
    const asked = { space, family: 4, ...(cidr === undefined ? {} : { cidr }) } as const;
    const { pool, cidr: got } = await this.api.requestPool({ host: this.name }, asked, patience);
    const { address } = await this.api.requestAddress(
      { host: this.name, pool },
      { purpose: "gateway" },
      patience,
    );
    const [gateway = ""] = address.split("/");
    const id = engineId();
    await this.api.createDockerNetwork(
      { host: this.name, networkId: id },
      { options, subnets: [{ space, cidr: got, gateway }] },
      patience,
    );
    const made = await this.api.describeDockerNetwork(
      { host: this.name, networkId: id },
      { name, labels },
      patience,
    );
    return { host: this, id, pool, name: made.name, cidr: got, gateway };
  }

  /** The same with `--ipam-opt network=NAME -o network=NAME`. */
  async joinNetwork({ name, cidr, gateway }: MadeNetwork): Promise<Handle> {
    const space = engineId().slice(0, 16);
    const options = { network: name };
    const { pool } = await this.api.requestPool({ host: this.name }, { space, family: 4, cidr, options });
    const id = engineId();
    await this.api.createDockerNetwork(
      { host: this.name, networkId: id },
      { options, subnets: [{ space, cidr, gateway }] },
    );
    await this.api.describeDockerNetwork({ host: this.name, networkId: id }, { name });
    return { host: this, id, pool };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unfollow();
    await this.api[Symbol.asyncDispose]();
  }
}

/** What a container's start asks of the center: an address and an endpoint. */
export async function makeEndpoint({ host, id, pool }: Handle): Promise<MadeEndpoint> {
  const { address } = await host.api.requestAddress({ host: host.name, pool }, {}, patience);
  const [ip = ""] = address.split("/");
  const key = { host: host.name, networkId: id, endpointId: engineId() };
  const { endpoint } = await host.api.createDockerEndpoint(key, { addresses: [ip] }, patience);
  return {
    uuid: endpoint,
    async remove() {
      await host.api.deleteDockerEndpoint(key, patience);
      await host.api.releaseAddress({ host: host.name, pool, ip }, patience);
    },
  };
}

/**
 * Networks and endpoints on the hosts. The first network is on every host and has a fifth of all endpoints; each other
 * one is a Compose project's and on two hosts.
 */
export class Cluster {
  readonly hosts: readonly SimulatedHost[];
  readonly large: Handle[] = [];
  readonly small: Handle[] = [];
  #networks = 0;
  #endpoints = 0;

  constructor(hosts: readonly SimulatedHost[]) {
    this.hosts = hosts;
  }

  get networks(): number {
    return this.#networks;
  }

  get endpoints(): number {
    return this.#endpoints;
  }

  /** Makes what is missing to so many. */
  async grow(networks: number, endpoints: number): Promise<void> {
    if (this.#networks === 0) await this.#makeLarge();
    await inParallel(networks - this.#networks, (at) => this.#makeSmall(this.#networks + at));
    this.#networks = Math.max(networks, this.#networks);
    await inParallel(endpoints - this.#endpoints, async (at) => {
      await makeEndpoint(at % 5 === 0 ? pick(this.large, at / 5) : pick(this.small, at));
    });
    this.#endpoints = Math.max(endpoints, this.#endpoints);
  }

  /**
   * Makes networks with containers on one host alone, as Compose projects make them, with so many endpoints in all.
   * @param options of the networks, e.g. `scope`: every engine has those of the cluster.
   */
  async growOnOneHostEach(
    networks: number,
    endpoints: number,
    options: Readonly<Record<string, string>>,
  ): Promise<void> {
    await inParallel(networks, async (at) => {
      const labels = { "com.docker.compose.project": `local-${at}` };
      this.small.push(await pick(this.hosts, at).createNetwork(`local-${at}`, undefined, labels, options));
    });
    await inParallel(endpoints, async (at) => {
      await makeEndpoint(pick(this.small, at));
    });
    this.#networks += networks;
    this.#endpoints += endpoints;
  }

  async #makeLarge(): Promise<void> {
    const [first, ...others] = this.hosts;
    if (first === undefined) throw new Error("a cluster needs a host");
    const made = await first.createNetwork("large", "10.0.0.0/16", {});
    this.large.push(made);
    await inParallel(others.length, async (at) => {
      this.large.push(await pick(others, at).joinNetwork(made));
    });
    this.#networks = 1;
  }

  async #makeSmall(number: number): Promise<void> {
    const name = `small-${number}`;
    const labels = { "com.docker.compose.project": name };
    const made = await pick(this.hosts, number).createNetwork(name, undefined, labels, { scope: "cluster" });
    const other = pick(this.hosts, number + Math.ceil(this.hosts.length / 2));
    this.small.push(made);
    if (other !== made.host) this.small.push(await other.joinNetwork(made));
  }
}

export function pick<T>(items: readonly T[], at: number): T {
  const item = items[Math.trunc(at) % items.length];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** Does it `count` times, several at once. */
export async function inParallel(count: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, Math.max(count, 0)) }, worker));
}

/** An id as Docker makes them. */
function engineId(): string {
  return randomBytes(32).toString("hex");
}

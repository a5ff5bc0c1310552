import type { HostItem, HostPublishedItem, PublishedPort } from "../api/types.ts";
import { FairwayError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Isolated } from "../runtime/isolated.ts";
import { type Publication, publicationKey } from "./egress/publication.ts";
import { type HeldPort, holdOne, type PortWish } from "./published-ports-choice.ts";
import type { OpenRelay } from "./published-ports-relay.ts";
import type { Troubles } from "./troubles.ts";

/** An endpoint whose container is reached by ports of the host. */
export interface PublishedEndpoint {
  readonly endpoint: string;
  readonly network: string;
  /** Of the container, without prefix lengths. */
  readonly addresses: readonly string[];
}

interface Published {
  readonly of: PublishedEndpoint;
  readonly held: readonly HeldPort[];
  /** Whether the host's state has had it: then it ends with it. */
  isConfirmed: boolean;
}

export interface PublishedPortsParts {
  /** Writes the rules for all publications. @returns what they are without, by the key of the host's state, and why. */
  readonly writeRules: () => Promise<ReadonlyMap<string, string>>;
  readonly troubles: Troubles;
  readonly openRelay: OpenRelay;
  readonly logger: Logger;
}

/**
 * The ports of this host that lead to containers. Each is held by a socket of ours before the engine has its answer, so that nobody
 * loses a port to a container unawares, and no container to another.
 */
export class PublishedPorts implements AsyncDisposable {
  readonly #parts: PublishedPortsParts;
  readonly #published = new Map<string, Published>();
  /** Revoked by the engine, and still in the host's state. */
  readonly #revoked = new Set<string>();
  /** Those that the host's state had when it was looked at last. */
  #wanted: { has(endpoint: string): boolean } = new Set();
  /** What the host's state has and this host has not. */
  readonly #missing: Isolated;
  #refused: ReadonlyMap<string, string> = new Map();
  #onDue: ((ms: number) => void) | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: PublishedPortsParts) {
    this.#parts = parts;
    this.#missing = new Isolated({
      what: "an endpoint's published ports",
      logger: parts.logger,
      again: (ms) => this.#onDue?.(ms),
    });
  }

  /** Calls `listener` with the milliseconds after which `reconcile` is due once more. */
  onDue(listener: (ms: number) => void): void {
    this.#onDue = listener;
  }

  /** What the rules must say. */
  *publications(): Iterable<Publication> {
    for (const { of, held } of this.#published.values())
      for (const { port, sockets } of held)
        yield {
          endpoint: of.endpoint,
          network: of.network,
          protocol: port.protocol,
          hostAddress: port.hostAddress,
          hostPort: port.hostPort,
          targets: of.addresses.map((address) => ({ address, port: port.port })),
          relays: sockets.flatMap(({ relay }) => relay ?? []),
        };
  }

  /**
   * Takes the ports and leads them to the endpoint: all or none.
   * @returns what they became. @throws `conflict` naming who has a port.
   */
  publish(of: PublishedEndpoint, wishes: readonly PortWish[]): Promise<readonly PublishedPort[]> {
    return this.#inTurn(async () => {
      this.#revoked.delete(of.endpoint);
      await this.#end(of.endpoint);
      return this.#publish(of, wishes, false);
    });
  }

  /** Gives the ports of an endpoint back. @returns whether it had any, here or by the center's word. */
  revoke(endpoint: string): Promise<boolean> {
    return this.#inTurn(async () => {
      this.#revoked.add(endpoint);
      if (!(await this.#end(endpoint))) return this.#wanted.has(endpoint);
      await this.#parts.writeRules();
      return true;
    });
  }

  /**
   * Publishes what the host's state has and this host has not: after a restart of Fairway. Ends what it has no more. An endpoint whose
   * ports cannot be had is one: it is put aside, and the others go on.
   */
  reconcile(items: ReadonlyMap<string, HostItem>, isFresh: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const wanted = new Map<string, HostPublishedItem>();
      for (const item of items.values()) if (item.kind === "published") wanted.set(item.endpoint, item);
      this.#wanted = wanted;
      this.#missing.keep(wanted);
      for (const [endpoint, item] of wanted) {
        const known = this.#published.get(endpoint);
        if (known !== undefined) known.isConfirmed = true;
        if (known !== undefined || this.#revoked.has(endpoint)) this.#missing.succeeded(endpoint);
        else await this.#missing.attempt(endpoint, () => this.#recover(item));
      }
      this.#tell();
      if (!isFresh) return;
      for (const endpoint of this.#revoked) if (!wanted.has(endpoint)) this.#revoked.delete(endpoint);
      const over = [...this.#published].filter(
        ([endpoint, { isConfirmed }]) => isConfirmed && !wanted.has(endpoint),
      );
      // The rules are compared after this, and have them no more.
      for (const [endpoint] of over) await this.#end(endpoint);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(async () => {
      for (const endpoint of this.#published.keys()) await this.#end(endpoint);
    });
  }

  /** The host's rules are without these, by the key of the host's state, and why. */
  noteRefused(refused: ReadonlyMap<string, string>): void {
    this.#refused = refused;
    this.#tell();
  }

  async #recover(item: HostPublishedItem): Promise<void> {
    await this.#publish(item, item.ports.map(asWish), true);
  }

  #tell(): void {
    const reasons = new Map(this.#missing.reasons);
    for (const endpoint of this.#published.keys()) {
      const reason = this.#refused.get(publicationKey({ endpoint }));
      if (reason !== undefined) reasons.set(endpoint, reason);
    }
    this.#parts.troubles.of(
      "published ports",
      Array.from(reasons, ([endpoint, reason]) => ({ endpoint, reason: `its published ports: ${reason}` })),
    );
  }

  async #publish(
    of: PublishedEndpoint,
    wishes: readonly PortWish[],
    isConfirmed: boolean,
  ): Promise<readonly PublishedPort[]> {
    const { endpoint } = of;
    const { openRelay } = this.#parts;
    const held: HeldPort[] = [];
    const holders = (port: PublishedPort) =>
      held.some((own) => isSamePort(own.port, port)) ? endpoint : this.#holderOf(port);
    try {
      const { logger } = this.#parts;
      for (const wish of wishes) held.push(await holdOne(wish, of.addresses, holders, openRelay, logger));
      this.#published.set(endpoint, { of, held, isConfirmed });
      const refused = (await this.#parts.writeRules()).get(publicationKey(of));
      if (refused !== undefined) throw new FairwayError("internal", refused);
    } catch (error) {
      this.#published.delete(endpoint);
      await letGo(held);
      throw error;
    }
    const ports = held.map(({ port }) => port);
    this.#parts.logger.info({ endpoint, ports }, "ports are published");
    return ports;
  }

  async #end(endpoint: string): Promise<boolean> {
    const known = this.#published.get(endpoint);
    if (known === undefined) return false;
    this.#published.delete(endpoint);
    await letGo(known.held);
    return true;
  }

  /** The endpoint of ours that has a port already. */
  #holderOf(wanted: PublishedPort): string | undefined {
    for (const [endpoint, { held }] of this.#published)
      if (held.some(({ port }) => isSamePort(port, wanted))) return endpoint;
    return undefined;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function asWish({ protocol, port, hostAddress, hostPort }: PublishedPort): PortWish {
  return { protocol, port, hostAddress, firstHostPort: hostPort, lastHostPort: hostPort };
}

/** Of a host, whatever the address. */
function isSamePort(one: PublishedPort, other: PublishedPort): boolean {
  return one.protocol === other.protocol && one.hostPort === other.hostPort;
}

async function letGo(held: readonly HeldPort[]): Promise<void> {
  await Promise.all(held.flatMap(({ sockets }) => sockets.map((each) => each[Symbol.asyncDispose]())));
}

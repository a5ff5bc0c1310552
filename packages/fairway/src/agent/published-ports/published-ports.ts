import { isDeepStrictEqual } from "node:util";
import type { PublishedPort, ReachedPort } from "../../center/schemas/endpoint.ts";
import type { HostItem, HostPublishedItem } from "../../center/schemas/host-state.ts";
import { FairwayError } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import { Isolated } from "../../runtime/isolated.ts";
import { Turns } from "../../runtime/turns.ts";
import type { HostRules } from "../firewall/host-rules.ts";
import type { Publication } from "../firewall/publication.ts";
import type { Publications } from "../firewall/publications.ts";
import { publicationKey } from "../state/keys.ts";
import type { Troubles } from "../state/troubles.ts";
import { type HeldPort, type HolderOf, holdOne, type PortWish } from "./choice.ts";
import type { OpenRelay } from "./relay.ts";

/** An endpoint whose container is reached by ports of the host. */
export interface PublishedEndpoint {
  readonly endpoint: string;
  readonly network: string;
  /** Of the container, without prefix lengths. */
  readonly addresses: readonly string[];
}

interface Published {
  readonly of: PublishedEndpoint;
  held: readonly HeldPort[];
  /** Whether the host's state has had it: then it ends with it. */
  isConfirmed: boolean;
}

export interface PublishedPortsParts {
  /** What is published, for the rules. */
  readonly publications: Publications;
  readonly rules: Pick<HostRules, "publish">;
  /** What is told of ports that were published beside the engine: why each is not held; null: it is. */
  readonly tell: (publications: ReadonlyMap<string, string | null>) => void;
  readonly troubles: Troubles;
  readonly openRelay: OpenRelay;
  /** What a person calls the container that has an address of a network; never rejects. */
  readonly nameOf: (network: string, address: string) => Promise<HolderName>;
  readonly logger: Logger;
}

/** Names of a container and its network; undefined where nobody has told them. */
interface HolderName {
  readonly container: string | undefined;
  readonly network: string | undefined;
}

/**
 * The ports of this host that lead to containers. Each is held by a socket of ours before the engine has its answer, so that nobody
 * loses a port to a container unawares, and no container to another.
 */
export class PublishedPorts implements AsyncDisposable {
  readonly #parts: PublishedPortsParts;
  /** By what the key of their item names: the endpoint whose ports the engine asked for, or what was published besides. */
  readonly #published = new Map<string, Published>();
  /** Revoked by the engine, and still in the host's state. */
  readonly #revoked = new Set<string>();
  /** Those that the host's state had when it was looked at last. */
  #wanted: ReadonlyMap<string, HostPublishedItem> = new Map();
  /** What the host's state has and this host has not. */
  readonly #missing: Isolated;
  #refused: ReadonlyMap<string, string> = new Map();
  #onDue: ((ms: number) => void) | undefined;
  readonly #turns = new Turns();

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

  /**
   * Takes the ports and leads them to the endpoint: all or none.
   * @returns what they became. @throws `conflict` naming who has a port.
   */
  publish(of: PublishedEndpoint, wishes: readonly PortWish[]): Promise<readonly ReachedPort[]> {
    return this.#turns.take(async () => {
      this.#revoked.delete(of.endpoint);
      await this.#end(of.endpoint);
      return this.#publish(of.endpoint, of, wishes, false);
    });
  }

  /** Gives the ports of an endpoint back. @returns whether it had any, here or by the center's word. */
  revoke(endpoint: string): Promise<boolean> {
    return this.#turns.take(async () => {
      this.#revoked.add(endpoint);
      if (!(await this.#end(endpoint))) return this.#wanted.has(endpoint);
      await this.#parts.rules.publish();
      return true;
    });
  }

  /**
   * Publishes what the host's state has and this host has not: after a restart of Fairway. Ends what it has no more. An endpoint whose
   * ports cannot be had is one: it is put aside, and the others go on.
   */
  reconcile(items: ReadonlyMap<string, HostItem>, isFresh: boolean): Promise<void> {
    return this.#turns.take(async () => {
      const wanted = new Map<string, HostPublishedItem>();
      for (const item of items.values())
        if (item.kind === "published") wanted.set(item.publication ?? item.endpoint, item);
      this.#wanted = wanted;
      this.#missing.keep(wanted);
      for (const [id, item] of wanted) {
        const known = this.#published.get(id);
        if (known !== undefined) {
          known.isConfirmed = true;
          this.#restrict(id, known, item.ports);
        }
        if (known !== undefined || this.#revoked.has(id)) this.#missing.succeeded(id);
        else await this.#missing.attempt(id, () => this.#recover(id, item));
      }
      this.#tell();
      if (!isFresh) return;
      for (const id of this.#revoked) if (!wanted.has(id)) this.#revoked.delete(id);
      const over = [...this.#published].filter(([id, { isConfirmed }]) => isConfirmed && !wanted.has(id));
      // The rules are compared after this, and have them no more.
      for (const [id] of over) await this.#end(id);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns.take(async () => {
      for (const id of this.#published.keys()) await this.#end(id);
    });
  }

  /** The host's rules are without these, by the key of the host's state, and why. */
  noteRefused(refused: ReadonlyMap<string, string>): void {
    this.#refused = refused;
    this.#tell();
  }

  /** Takes over who may reach the ports; the rules are compared after this. */
  #restrict(id: string, known: Published, wanted: readonly ReachedPort[]): void {
    const held = known.held.map((each) => {
      const port = wanted.find((other) => isSamePlace(other, each.port));
      return port === undefined ? each : { ...each, port };
    });
    if (isDeepStrictEqual(portsOf(held), portsOf(known.held))) return;
    known.held = held;
    this.#lead(id, known);
    this.#parts.logger.info(
      { endpoint: known.of.endpoint, ports: portsOf(held) },
      "others may reach its ports",
    );
  }

  /** By the rules, which are to be written after this. */
  #lead(id: string, { of, held }: Pick<Published, "of" | "held">): void {
    this.#parts.publications.set(
      id,
      held.map((each) => publicationOf(id, of, each)),
    );
  }

  async #recover(id: string, item: HostPublishedItem): Promise<void> {
    await this.#publish(id, item, item.ports.map(asWish), true);
  }

  #tell(): void {
    const reasons = new Map(this.#missing.reasons);
    for (const id of this.#published.keys()) {
      const reason = this.#refused.get(publicationKey(id));
      if (reason !== undefined) reasons.set(id, reason);
    }
    const endpointOf = (id: string) => (this.#wanted.get(id) ?? this.#published.get(id)?.of)?.endpoint ?? id;
    this.#parts.troubles.of(
      "published ports",
      Array.from(reasons, ([id, reason]) => ({
        endpoint: endpointOf(id),
        reason: `its published ports: ${reason}`,
      })),
    );
    const besides = [...this.#wanted.values()].flatMap(({ publication }) => publication ?? []);
    this.#parts.tell(new Map(besides.map((id) => [id, reasons.get(id) ?? null])));
  }

  async #publish(
    id: string,
    of: PublishedEndpoint,
    wishes: readonly PortWish[],
    isConfirmed: boolean,
  ): Promise<readonly ReachedPort[]> {
    const { openRelay, publications, rules, logger } = this.#parts;
    const held: HeldPort[] = [];
    const holders: HolderOf = async (port) =>
      held.some((own) => isSamePort(own.port, port))
        ? "this very container, which asks for it twice"
        : this.#holderOf(port);
    try {
      for (const wish of wishes) held.push(await holdOne(wish, of.addresses, holders, openRelay, logger));
      this.#published.set(id, { of, held, isConfirmed });
      this.#lead(id, { of, held });
      const refused = (await rules.publish()).get(publicationKey(id));
      if (refused !== undefined) throw new FairwayError("internal", refused);
    } catch (error) {
      this.#published.delete(id);
      publications.delete(id);
      await letGo(held);
      throw error;
    }
    const ports = portsOf(held);
    logger.info({ endpoint: of.endpoint, ports }, "ports are published");
    return ports;
  }

  async #end(id: string): Promise<boolean> {
    const known = this.#published.get(id);
    if (known === undefined) return false;
    this.#published.delete(id);
    this.#parts.publications.delete(id);
    await letGo(known.held);
    return true;
  }

  /** The container of ours that has a port already, as a person finds it. */
  async #holderOf(wanted: PublishedPort): Promise<string | undefined> {
    const holder = [...this.#published.values()].find(({ held }) =>
      held.some(({ port }) => isSamePort(port, wanted)),
    );
    if (holder === undefined) return undefined;
    const { endpoint, network, addresses } = holder.of;
    const [address = ""] = addresses;
    const named = await this.#parts.nameOf(network, address);
    const container = named.container ?? `of endpoint ${endpoint}`;
    return `container ${container} on network ${named.network ?? network}`;
  }
}

/** What the rules must say of a port. */
function publicationOf(
  id: string,
  { network, addresses }: PublishedEndpoint,
  { port: { protocol, port, hostAddress, hostPort, from }, sockets }: HeldPort,
): Publication {
  return {
    id,
    network,
    protocol,
    hostAddress,
    hostPort,
    ...(from !== undefined && { from }),
    targets: addresses.map((address) => ({ address, port })),
    relays: sockets.flatMap(({ relay }) => relay ?? []),
  };
}

function asWish({ hostPort, ...port }: ReachedPort): PortWish {
  return { ...port, firstHostPort: hostPort, lastHostPort: hostPort };
}

function portsOf(held: readonly HeldPort[]): readonly ReachedPort[] {
  return held.map(({ port }) => port);
}

/** Of a host, whatever the address. */
function isSamePort(one: PublishedPort, other: PublishedPort): boolean {
  return one.protocol === other.protocol && one.hostPort === other.hostPort;
}

/** Of one endpoint: the same address of the host, and the same port of the container. */
function isSamePlace(one: PublishedPort, other: PublishedPort): boolean {
  return isSamePort(one, other) && one.hostAddress === other.hostAddress && one.port === other.port;
}

async function letGo(held: readonly HeldPort[]): Promise<void> {
  await Promise.all(held.flatMap(({ sockets }) => sockets.map((each) => each[Symbol.asyncDispose]())));
}

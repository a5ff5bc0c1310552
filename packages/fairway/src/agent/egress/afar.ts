import type { ApiClient } from "../../api/client.ts";
import type { HostAfarItem } from "../../api/types.ts";
import { messageOf } from "../../errors.ts";
import { contains, parseCidr, parseIp } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import type { HostState } from "../host-state.ts";
import type { Links } from "../links.ts";
import { AfarLink, afarName } from "./afar-link.ts";
import { prepareAfar } from "./kernel-settings.ts";
import { legName } from "./leg.ts";
import type { Routing } from "./routing.ts";
import { sentPackets } from "./sent-packets.ts";

/** How often what was sent to nobody is looked at. */
const lookMs = 200;
/** How often links and routes are looked at without an occasion, and whether legs that were asked for are in use. */
const periodMs = 10_000;
/** Nobody asks for the same network more often. */
const againMs = 2_000;
/** Smaller than what legs carry, for what is begun before the leg is there goes on by it. */
const mtu = 1_280;

export interface AfarParts {
  readonly state: Pick<HostState, "items">;
  readonly api: Pick<ApiClient, "askForDockerNetwork">;
  readonly hostName: string;
  readonly links: Links;
  readonly routing: Routing;
  readonly logger: Logger;
}

/**
 * Networks on which this host has no container: their addresses lead to a link of ours, until somebody sends something to one. Then
 * the center is asked for a leg, whose route comes before, and again as long as it is used.
 */
export class Afar implements AsyncDisposable {
  readonly #parts: AfarParts;
  readonly #timer: NodeJS.Timeout;
  readonly #askedAt = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  #link: AfarLink | undefined;
  #looking: NodeJS.Timeout | undefined;
  #led: ReadonlySet<string> = new Set();
  #last: Promise<void> = Promise.resolve();
  #told = "";

  constructor(parts: AfarParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => {
      this.#reconcile();
      this.#keepUsed();
    }, periodMs);
  }

  /** The host's state has changed. @param keys what of it; absent: anything may have. */
  follow(keys?: readonly string[]): void {
    if (keys === undefined || keys.some((key) => key.startsWith("afar/"))) this.#reconcile();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#last;
    this.#close();
  }

  #reconcile(): void {
    this.#last = this.#last
      .then(() => this.#lead())
      .catch((error: unknown) => {
        const reason = messageOf(error);
        if (reason !== this.#told)
          this.#parts.logger.warn(
            { reason },
            "this host does not reach networks that it has no container on",
          );
        this.#told = reason;
        this.#close();
      });
  }

  async #lead(): Promise<void> {
    const { links, routing } = this.#parts;
    const items = this.#items();
    const cidrs = new Set(items.flatMap((item) => item.cidrs));
    const addresses = new Set(items.flatMap((item) => item.addresses));
    if (cidrs.size === 0) {
      this.#close();
      return;
    }
    if (this.#link !== undefined && (await links.find(afarName)) === undefined) this.#close();
    if (this.#link === undefined) {
      this.#link = new AfarLink();
      this.#looking = setInterval(() => this.#look(), lookMs);
    }
    const link = await links.find(afarName);
    if (link === undefined) return;
    prepareAfar(afarName);
    if (!link.up || link.mtu !== mtu) await links.setUp(link.index, mtu);
    const over = this.#led.difference(cidrs);
    if (over.size > 0) await routing.leadNoMore([...over], link.index);
    await routing.lead([...cidrs], link.index, [...addresses]);
    this.#led = cidrs;
  }

  #close(): void {
    clearInterval(this.#looking);
    this.#link?.[Symbol.dispose]();
    this.#link = undefined;
    this.#led = new Set();
  }

  #look(): void {
    for (const address of this.#link?.destinations() ?? []) {
      const ip = parseIp(address);
      const item = this.#items().find(({ cidrs }) => cidrs.some((cidr) => contains(parseCidr(cidr), ip)));
      if (item !== undefined) this.#ask(item, address);
    }
  }

  /** The center forgets a network after a while; what goes by a leg does not come here. */
  #keepUsed(): void {
    const sent = sentPackets();
    for (const item of this.#items()) {
      const { network } = item;
      const now = sent.get(legName({ kind: "reach", network }));
      const before = this.#sent.get(network);
      if (now === undefined) this.#sent.delete(network);
      else this.#sent.set(network, now);
      if (now !== undefined && before !== undefined && now > before) this.#ask(item);
    }
  }

  /** @param address that somebody wants to reach; absent: what was asked for is in use. */
  #ask({ network, engineId }: HostAfarItem, address?: string): void {
    const { api, hostName, logger } = this.#parts;
    const nowMs = performance.now();
    if (nowMs - (this.#askedAt.get(network) ?? Number.NEGATIVE_INFINITY) < againMs) return;
    this.#askedAt.set(network, nowMs);
    if (address !== undefined) logger.info({ network, address }, "somebody on this host asks for a network");
    api
      .askForDockerNetwork(hostName, engineId)
      .catch((error: unknown) =>
        logger.warn({ network, error: messageOf(error) }, "the center was not asked"),
      );
  }

  #items(): readonly HostAfarItem[] {
    return [...this.#parts.state.items.values()].filter((item) => item.kind === "afar");
  }
}

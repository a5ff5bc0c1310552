import type { ApiClient } from "../../api/client.ts";
import { concerns } from "../../api/item-kind.ts";
import type { HostDormantNetworkItem } from "../../center/schemas/host-state.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import type { Link } from "../../host/netlink/link.ts";
import { contains, parseCidr, parseIp } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import { guarded } from "../../runtime/guarded.ts";
import { Isolated } from "../../runtime/isolated.ts";
import { Loop } from "../../runtime/loop.ts";
import { prepareSink } from "../firewall/kernel-settings.ts";
import { formerSinkName, sinkName, uplinkName } from "../ports/interface-names.ts";
import type { Links } from "../ports/links.ts";
import type { HostState } from "../state/host-state.ts";
import type { Troubles } from "../state/troubles.ts";
import type { Routing } from "../uplinks/routing.ts";
import { sentPackets } from "./sent-packets.ts";
import { Sink } from "./sink.ts";

/** How often what was sent to nobody is looked at. */
const lookMs = 200;
/** How often links and routes are looked at without an occasion, and whether uplinks that were asked for are in use. */
const periodMs = 10_000;
/** Nobody asks for the same network more often. */
const againMs = 2_000;
/** Smaller than what uplinks carry, for what is begun before the uplink is there goes on by it. */
const mtu = 1_280;

export interface DormantNetworksParts {
  readonly state: Pick<HostState, "items">;
  readonly api: Pick<ApiClient, "requestHostAccess">;
  readonly hostName: string;
  readonly links: Links;
  readonly routing: Routing;
  /** Whether this host itself is to reach a subnet. */
  readonly reaches: (cidr: string) => boolean | undefined;
  readonly troubles: Troubles;
  readonly logger: Logger;
}

/**
 * Networks on which this host has no container: their addresses lead to a link of ours, until somebody sends something to one. Then
 * the center is asked for an uplink, whose route comes before, and again as long as it is used. A network that cannot be led there is one
 * that cannot.
 */
export class DormantNetworks implements AsyncDisposable {
  readonly #parts: DormantNetworksParts;
  readonly #loop: Loop;
  readonly #items: Isolated;
  readonly #askedAt = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  #sink: Sink | undefined;
  #looking: NodeJS.Timeout | undefined;
  #hasRemovedFormer = false;
  /** What leads to the link at most, by network. */
  readonly #led = new Map<string, HostDormantNetworkItem>();

  constructor(parts: DormantNetworksParts) {
    const { logger } = parts;
    this.#parts = parts;
    this.#loop = new Loop({
      name: "lead to other hosts' networks",
      work: () => this.#work(),
      periodMs,
      logger,
    });
    this.#items = new Isolated({
      what: "the way to another host's network",
      logger,
      again: this.#loop.after,
    });
    this.#loop.soon();
  }

  /** The host's state has changed. @param keys what of it; absent: anything may have. */
  follow(keys?: readonly string[]): void {
    if (keys === undefined) this.#items.retryNow();
    for (const key of keys ?? []) this.#items.retryNow(key);
    if (concerns(keys, "dormant-network")) this.#loop.soon();
  }

  /** What this host is to reach may have changed. */
  readonly soon = (): void => this.#loop.soon();

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
    this.#close();
  }

  async #work(): Promise<void> {
    try {
      if (!this.#hasRemovedFormer) await this.#removeFormer();
      await this.#lead();
      this.#keepUsed();
    } catch (error) {
      this.#close();
      this.#tell(messageOf(error));
      throw error;
    }
    this.#tell();
  }

  /** An earlier Fairway called the sink otherwise, and led the same networks to it; while that one runs it has it open. */
  async #removeFormer(): Promise<void> {
    const { links } = this.#parts;
    const former = (await links.unusedTaps()).filter(({ name }) => name === formerSinkName);
    await Promise.all(former.map((link) => links.remove(link)));
    this.#hasRemovedFormer = true;
  }

  async #lead(): Promise<void> {
    const items = this.#networks().flatMap((item) => {
      const cidrs = item.cidrs.filter(this.#parts.reaches);
      return cidrs.length === 0 ? [] : { ...item, cidrs };
    });
    this.#items.keep(new Set(items.map(({ key }) => key)));
    const networks = new Set(items.map(({ network }) => network));
    for (const known of [this.#askedAt, this.#sent])
      for (const network of known.keys()) if (!networks.has(network)) known.delete(network);
    if (items.length === 0) {
      this.#close();
      return;
    }
    const link = await this.#openLink();
    await this.#leadNoMore(items, link);
    for (const item of items) {
      this.#led.set(item.key, item);
      await this.#items.attempt(item.key, () =>
        this.#parts.routing.lead(item.cidrs, link.index, item.addresses),
      );
    }
  }

  /** @throws `unsupported` where the kernel makes no such link. */
  async #openLink(): Promise<Link> {
    const { links } = this.#parts;
    // It may have been removed under its file, which is good for nothing then.
    if (this.#sink !== undefined && (await links.find(sinkName)) === undefined) this.#close();
    if (this.#sink === undefined) {
      this.#sink = new Sink();
      this.#looking = setInterval(
        guarded("look who is asked for", this.#parts.logger, () => this.#look()),
        lookMs,
      );
    }
    const link = await links.find(sinkName);
    if (link === undefined) throw new FairwayError("unavailable", `the link ${sinkName} was removed`);
    prepareSink(sinkName);
    if (!link.up || link.mtu !== mtu) await links.setUp(link.index, mtu);
    return link;
  }

  /** Takes back what led to networks, or subnets of them, that are there no more. */
  async #leadNoMore(items: readonly HostDormantNetworkItem[], link: Link): Promise<void> {
    const wanted = new Set(items.flatMap(({ cidrs }) => cidrs));
    const led = new Set([...this.#led.values()].flatMap(({ cidrs }) => cidrs));
    const over = led.difference(wanted);
    if (over.size > 0) await this.#parts.routing.leadNoMore([...over], link.index);
    const keys = new Set(items.map(({ key }) => key));
    for (const key of this.#led.keys()) if (!keys.has(key)) this.#led.delete(key);
  }

  #close(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
    this.#sink?.[Symbol.dispose]();
    this.#sink = undefined;
    this.#led.clear();
  }

  /** @param whole why this host leads to none of them; absent: each has its own reason. */
  #tell(whole?: string): void {
    const reasons = this.#items.reasons;
    this.#parts.troubles.of(
      "dormant networks",
      this.#networks().flatMap(({ key, network }) => {
        const reason = whole ?? reasons.get(key);
        return reason === undefined ? [] : { network, reason: `the way to other hosts: ${reason}` };
      }),
    );
  }

  #look(): void {
    let asked: ReadonlySet<string>;
    try {
      asked = this.#sink?.destinations() ?? new Set();
    } catch (error) {
      // Somebody removed the link: it is made again, and until then there is nothing to look at.
      this.#parts.logger.warn(
        { reason: messageOf(error) },
        `the link ${sinkName} cannot be read; it is made again`,
      );
      this.#close();
      this.#loop.soon();
      return;
    }
    for (const address of asked) {
      const ip = parseIp(address);
      const item = this.#networks().find(({ cidrs }) => cidrs.some((cidr) => contains(parseCidr(cidr), ip)));
      if (item !== undefined) this.#ask(item, address);
    }
  }

  /** The center forgets a network after a while; what goes by an uplink does not come here. */
  #keepUsed(): void {
    const sent = sentPackets();
    for (const item of this.#networks()) {
      const { network } = item;
      const now = sent.get(uplinkName({ kind: "host-access", network }));
      const before = this.#sent.get(network);
      if (now === undefined) this.#sent.delete(network);
      else this.#sent.set(network, now);
      if (now !== undefined && before !== undefined && now > before) this.#ask(item);
    }
  }

  /** @param address that somebody wants to reach; absent: what was asked for is in use. */
  #ask({ network, engineId }: HostDormantNetworkItem, address?: string): void {
    const { api, hostName, logger } = this.#parts;
    const nowMs = performance.now();
    if (nowMs - (this.#askedAt.get(network) ?? Number.NEGATIVE_INFINITY) < againMs) return;
    this.#askedAt.set(network, nowMs);
    if (address !== undefined) logger.info({ network, address }, "somebody on this host asks for a network");
    api
      .requestHostAccess({ host: hostName, networkId: engineId })
      .catch((error: unknown) =>
        logger.warn({ network, error: messageOf(error) }, "the center was not asked"),
      );
  }

  #networks(): readonly HostDormantNetworkItem[] {
    return [...this.#parts.state.items.values()].filter((item) => item.kind === "dormant-network");
  }
}

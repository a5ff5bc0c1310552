import { networkInterfaces } from "node:os";
import type { HostEndpointItem, HostItem } from "../../center/schemas/host-state.ts";
import { bareAddress } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import { Loop } from "../../runtime/loop.ts";
import type { HostState } from "../state/host-state.ts";
import { uplinkKey } from "../state/keys.ts";
import type { Conntrack } from "./conntrack.ts";
import type { Elements } from "./ruleset.ts";
import { addressKey, staleFlows, worthALook } from "./stale-flows.ts";

export interface FlowSweepParts {
  readonly conntrack: Pick<Conntrack, "list" | "remove">;
  readonly state: Pick<HostState, "items">;
  /** The uplinks of this host by now, by key. */
  readonly ports: () => ReadonlyMap<string, { readonly number: number }>;
  /** What our nftables table holds by now. */
  readonly elements: () => Elements;
  readonly logger: Logger;
}

/** Removes from the kernel's table of connections what outlives the rules, the containers and the uplinks that it was derived from. */
export class FlowSweep implements AsyncDisposable {
  readonly #parts: FlowSweepParts;
  readonly #loop: Loop;
  /** Endpoints that were on this host since the last sweep, by the key of their item. */
  readonly #seen = new Map<string, HostEndpointItem>();
  /** Whether our table has been written since Fairway started: before that every flow looks as if its rules were gone. */
  #isReady = false;
  /** The host's addresses at the last sweep. */
  #hostAddresses: ReadonlySet<string> = new Set();

  constructor(parts: FlowSweepParts) {
    this.#parts = parts;
    this.#loop = new Loop({ name: "remove stale flows", work: () => this.#sweep(), logger: parts.logger });
  }

  /** Our table holds what it must. @param hasChanged whether it did not before. */
  rulesApplied(hasChanged: boolean): void {
    const isDue = hasChanged || !this.#isReady || !isEqual(this.#hostAddresses, ownAddresses());
    this.#isReady = true;
    if (isDue) this.#loop.soon();
  }

  /** The host's state has changed. @param keys what of it; absent: anything may have. */
  follow(keys?: readonly string[]): void {
    const { items } = this.#parts.state;
    for (const key of keys ?? items.keys()) this.#notice(key, items.get(key));
    const isGone = (key: string) => this.#seen.has(key) && !items.has(key);
    if (this.#isReady && (keys ?? [...this.#seen.keys()]).some(isGone)) this.#loop.soon();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  #notice(key: string, item: HostItem | undefined): void {
    if (item?.kind === "endpoint") this.#seen.set(key, item);
  }

  async #sweep(): Promise<void> {
    const { conntrack, state, elements, logger } = this.#parts;
    const gone = [...this.#seen].filter(([key]) => !state.items.has(key));
    this.#hostAddresses = ownAddresses();
    const ports = this.#parts.ports();
    const now = {
      elements: elements(),
      uplinks: new Set([...ports].flatMap(([key, { number }]) => (state.items.has(key) ? number : []))),
      hostAddresses: this.#hostAddresses,
      gone: this.#addressesOf(
        gone.map(([, item]) => item),
        ports,
      ),
    };
    for (const family of [4, 6] as const) {
      const stale = staleFlows(await conntrack.list(family, worthALook(now.elements)), now);
      if (stale.length === 0) continue;
      await conntrack.remove(stale);
      logger.info(
        { family, flows: stale.length },
        "removed flows whose container or published port is gone, or not for their sender",
      );
    }
    // Not before: what a sweep that failed did not remove is to be removed by the next one.
    for (const [key] of gone) this.#seen.delete(key);
  }

  /** Without those that an endpoint has again by now. */
  #addressesOf(
    gone: readonly HostEndpointItem[],
    ports: ReturnType<FlowSweepParts["ports"]>,
  ): ReadonlySet<string> {
    if (gone.length === 0) return new Set();
    const keysOf = ({ network, addresses }: HostEndpointItem) => {
      const number = ports.get(uplinkKey(network))?.number;
      return number === undefined ? [] : addresses.map((each) => addressKey(number, bareAddress(each)));
    };
    const here = new Set<string>();
    for (const item of this.#parts.state.items.values())
      if (item.kind === "endpoint") for (const key of keysOf(item)) here.add(key);
    return new Set(gone.flatMap(keysOf)).difference(here);
  }
}

function ownAddresses(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((each = []) => each.map(({ address }) => address)),
  );
}

function isEqual(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && one.isSubsetOf(other);
}

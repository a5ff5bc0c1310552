import type { HostState } from "../state/host-state.ts";
import { uplinkKey } from "../state/keys.ts";

/** How long an uplink waits for the network's next container on this host. */
const lingerMs = 30_000;

/** Says when an uplink that nobody wants goes: one for containers after a while where the host still has the network, else at once. */
export class UplinkLeave {
  readonly #state: Pick<HostState, "items" | "isUnreadable">;
  readonly #unwantedSince = new Map<string, number>();

  constructor(state: Pick<HostState, "items" | "isUnreadable">) {
    this.#state = state;
  }

  /** @param wanted by key. @param present keys of the uplinks that are there. @returns the keys of those that are to go now. */
  due(wanted: { has(key: string): boolean }, present: Iterable<string>): readonly string[] {
    const nowMs = performance.now();
    const known = new Set<string>();
    for (const item of this.#state.items.values())
      if (item.kind === "network") known.add(uplinkKey(item.network));
    const leaving: string[] = [];
    for (const key of present) {
      if (wanted.has(key) || this.#state.isUnreadable(key)) {
        this.#unwantedSince.delete(key);
        continue;
      }
      const sinceMs = this.#unwantedSince.get(key) ?? nowMs;
      this.#unwantedSince.set(key, sinceMs);
      if (known.has(key) && nowMs - sinceMs < lingerMs) continue;
      this.#unwantedSince.delete(key);
      leaving.push(key);
    }
    return leaving;
  }
}

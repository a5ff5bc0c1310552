import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { holderIn } from "./holder.ts";

type Address = IntentRow<"Address">;
type Use = IntentRow<"Address_Use">;

/** How much is remembered of who had which address. */
export const remembered = {
  /** Ended uses of one address of a network. */
  ofAddress: 32,
  /** Ended uses of all addresses. */
  ofAll: 10_000,
  /** After the end of a use, ms: 90 days. */
  ms: 90 * 86_400_000,
} as const;

/** So many rows go in one transaction at most. */
const forgottenAtOnce = 1_000;

/** Who has an address of a network, as it is remembered; undefined where nobody has it, or no network of Fairway's. */
export function useOf(view: View, address: Address | undefined): Omit<Use, "_uuid" | "until"> | undefined {
  if (address === undefined) return undefined;
  const subnet = view.get("Subnet", address.subnet);
  const network = view.get("Network", subnet?.network ?? "");
  const holder = holderIn(view, address);
  if (subnet === undefined || network === undefined || holder === undefined) return undefined;
  return {
    ip: address.ip,
    network: network._uuid,
    network_name: network.name,
    subnet: subnet.cidr,
    kind: holder.kind,
    holder: holder.name,
    endpoint: address.endpoint,
    host: holder.host,
    since: address.since,
  };
}

/**
 * Writes down, in the transaction of whichever change ends it, who had an address until now; and since when whoever has it has it.
 * @param now ms.
 */
export function noteUses(draft: Draft, now: number): void {
  for (const { before, after } of draft.changes("Address")) {
    const had = useOf(draft.base, before);
    const has = useOf(draft, after);
    const isSame = had !== undefined && has?.kind === had.kind && has.endpoint === had.endpoint;
    if (isSame) continue;
    if (had !== undefined && before !== undefined) remember(draft, before._uuid, { ...had, until: now });
    if (has !== undefined && after !== undefined) {
      const since = before === undefined ? (after.since ?? now) : now;
      draft.update("Address", after._uuid, { since });
    }
  }
}

/** Forgets ended uses that are too old, or more than are remembered: the oldest first. */
export function forgetUses(draft: Draft, now: number): void {
  const rows = Array.from(draft.rows("Address_Use")).sort((one, other) => one.until - other.until);
  const surplus = rows.length - remembered.ofAll;
  const over = rows.filter(({ until }, at) => at < surplus || until < now - remembered.ms);
  for (const { _uuid } of over.slice(0, forgottenAtOnce)) draft.delete("Address_Use", _uuid);
}

/** Whether `forgetUses` has something to do. */
export function hasForgettableUses(view: View, now: number): boolean {
  let count = 0;
  for (const { until } of view.rows("Address_Use"))
    if (until < now - remembered.ms || ++count > remembered.ofAll) return true;
  return false;
}

function remember(draft: Draft, address: string, use: Omit<Use, "_uuid">): void {
  const earlier = draft
    .find("Address_Use", "byNetworkIp", keyOf(use.network, use.ip))
    .toSorted((one, other) => one.until - other.until);
  for (const { _uuid } of earlier.slice(0, Math.max(0, earlier.length - remembered.ofAddress + 1)))
    draft.delete("Address_Use", _uuid);
  draft.insert("Address_Use", derive("address-use", address, String(use.since), String(use.until)), use);
}

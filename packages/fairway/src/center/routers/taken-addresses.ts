import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { IntentRow } from "../../intent/view.ts";
import type { Addresses } from "../addresses/addresses.ts";
import { holdForRouter } from "../addresses/bindings.ts";
import { holderOf } from "../addresses/holder.ts";

/** Gives a router the address of a subnet that somebody chose for it. Throws `conflict` where another one has it. */
export function takeForRouter(
  draft: Draft,
  allocator: Addresses,
  { name }: IntentRow<"Router">,
  subnet: IntentRow<"Subnet">,
  ip: string,
): void {
  if (!allocator.take(draft, subnet, ip)) {
    const [held] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
    throw new FairwayError("conflict", `address ${ip} is already in use by ${holderOf(draft, held)}`);
  }
  holdForRouter(draft, subnet._uuid, ip, name);
}

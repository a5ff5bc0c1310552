import { FairwayError } from "../../errors.ts";
import { saidRouteTargets, targetsOf } from "../../intent/route-target-text.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { levelAbove } from "../../level-names.ts";
import { zoneNamed } from "../lookup.ts";

/** The zone of which a network's full name says that it is in it; undefined of a name of one level. Throws `not_found`. */
export function zoneOfName(view: View, name: string): IntentRow<"Zone"> | undefined {
  const above = levelAbove(name);
  return above === undefined ? undefined : zoneNamed(view, above);
}

/** Domains are apart: throws `invalid` for what would lead from one to another. */
export function checkInZone(network: IntentRow<"Network">): void {
  if (network.zone === null || targetsOf(saidRouteTargets(network)).length === 0) return;
  throw new FairwayError(
    "invalid",
    `network ${network.name} is in a zone, and its domain leads to no other: it takes no route targets`,
  );
}

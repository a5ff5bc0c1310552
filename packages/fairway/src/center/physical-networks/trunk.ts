import { FairwayError } from "../../errors.ts";
import { trunkOption } from "../../intent/trunk.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { formatRange, hasSegment, parseSegmentRanges } from "./segment-ranges.ts";

/** Throws `invalid` where an endpoint of a network cannot have the tagged frames of these VLANs: only those of its own wire, within its ranges. */
export function checkTrunk(
  view: View,
  { name, physical_network, segment }: Pick<IntentRow<"Network">, "name" | "physical_network" | "segment">,
  vlans: readonly number[],
): void {
  if (vlans.length === 0) return;
  const wire = view.get("Physical_Network", physical_network ?? "");
  if (wire?.type !== "vlan")
    throw new FairwayError(
      "invalid",
      `option ${trunkOption} is for networks on a physical network of type vlan; network ${name} is on none`,
    );
  const ranges = parseSegmentRanges("vlan", wire.ranges);
  for (const vlan of vlans) {
    if (vlan === segment)
      throw new FairwayError(
        "invalid",
        `option ${trunkOption} names VLAN ${vlan}, which is network ${name}'s own: its frames have no tag in the container`,
      );
    if (!hasSegment(ranges, vlan))
      throw new FairwayError(
        "invalid",
        `option ${trunkOption} names VLAN ${vlan}, which is not in the ranges of physical network ${wire.name}: ${ranges.map(formatRange).join(", ") || "none"}`,
      );
  }
}

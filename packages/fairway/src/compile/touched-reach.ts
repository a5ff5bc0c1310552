import type { Change } from "@fairway/ovsdb";
import type { Tables } from "../intent/generated/fairway.ts";
import { hostsOn, networksOverlapping } from "../intent/host-reach.ts";
import { keyOf } from "../intent/indexes.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { existing } from "./existing.ts";

/** As many endpoints as one commit may make: where a host has more on a network, it had some before. */
const mostAtOnce = 256;

/** The networks for which a change may alter which hosts reach them, and how. */
export function networksOfReach(view: View, change: Change<Tables>): readonly string[] {
  switch (change.table) {
    case "Network":
      return [change.uuid];
    case "Subnet":
      return existing(
        change.old?.network,
        change.new?.network,
        ...[change.old, change.new].flatMap((row) =>
          row === undefined ? [] : networksOverlapping(view, row.cidr).map(({ _uuid }) => _uuid),
        ),
      );
    case "Endpoint":
      if (change.old?.host === change.new?.host) return [];
      return existing(
        ...[change.old, change.new].filter((row) => mayDecide(view, row)).map((row) => row?.network),
      );
    case "Host":
      if (change.old?.number === change.new?.number) return [];
      return existing(...view.find("Endpoint", "byHost", change.uuid).map(({ network }) => network));
    default:
      return [];
  }
}

/** The hosts whose way to one of these networks a change may alter: its own, and that of those who were alone or are now. */
export function hostsOfReach(view: View, network: string, change: Change<Tables>): readonly string[] {
  const present = hostsOn(view, network).map(({ _uuid }) => _uuid);
  if (change.table !== "Endpoint") return present;
  return existing(change.old?.host, change.new?.host, ...(present.length <= 2 ? present : []));
}

/** Whether an endpoint may be its host's first or last on the network. */
function mayDecide(view: View, row: IntentRow<"Endpoint"> | undefined): boolean {
  if (row === undefined || row.host === null) return false;
  return view.count("Endpoint", "byNetworkHost", keyOf(row.network, row.host)) <= mostAtOnce;
}

import type { Change } from "@fairway/ovsdb";
import type { Tables } from "../intent/generated/fairway.ts";
import { hostsAsking, hostsOn, networksOverlapping } from "../intent/host-reach.ts";
import { keyOf } from "../intent/indexes.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { existing } from "./existing.ts";

/**
 * The networks for which a change may alter which hosts reach them, and how.
 * @param atOnce how many changes there are in the same transaction: where a host has more endpoints on a network, it had some before.
 */
export function networksOfReach(view: View, change: Change<Tables>, atOnce: number): readonly string[] {
  switch (change.table) {
    case "Network":
      // Whether it leads to hosts decides how others with the same addresses do.
      if (change.old?.mode === change.new?.mode && change.old?.internal === change.new?.internal)
        return [change.uuid];
      return existing(change.uuid, ...networksAround(view, change.uuid));
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
        ...[change.old, change.new].filter((row) => mayDecide(view, row, atOnce)).map((row) => row?.network),
      );
    case "Docker_Network":
      return isAsked(change.old) === isAsked(change.new) && isAsked(change.new) !== undefined
        ? []
        : existing(change.old?.network, change.new?.network);
    case "Host":
      if (change.old?.number === change.new?.number) return [];
      return existing(...view.find("Endpoint", "byHost", change.uuid).map(({ network }) => network));
    default:
      return [];
  }
}

/** The hosts whose way to one of these networks a change may alter: its own, those who were alone or are now, all if none had a container. */
export function hostsOfReach(
  view: View,
  network: string,
  change: Change<Tables>,
  atOnce: number,
): readonly string[] {
  const uuids = (hosts: readonly IntentRow<"Host">[]) => hosts.map(({ _uuid }) => _uuid);
  const present = uuids(hostsOn(view, network));
  const all = () => view.find("Docker_Network", "byNetwork", network).map(({ host }) => host);
  switch (change.table) {
    case "Docker_Network":
      return existing(change.old?.host, change.new?.host);
    case "Endpoint":
      return existing(
        change.old?.host,
        change.new?.host,
        ...(present.length > 2 ? [] : [...present, ...uuids(hostsAsking(view, network))]),
        ...(view.count("Endpoint", "byNetwork", network) > atOnce ? [] : all()),
      );
    default:
      return existing(...present, ...all());
  }
}

/** The networks whose addresses overlap with a network's, itself included. */
function networksAround(view: View, network: string): readonly string[] {
  return view
    .find("Subnet", "byNetwork", network)
    .flatMap(({ cidr }) => networksOverlapping(view, cidr).map(({ _uuid }) => _uuid));
}

/** undefined where there is no handle. */
function isAsked(row: IntentRow<"Docker_Network"> | undefined): boolean | undefined {
  return row && row.asked_until !== null;
}

/** Whether an endpoint may be its host's first or last on the network. */
function mayDecide(view: View, row: IntentRow<"Endpoint"> | undefined, atOnce: number): boolean {
  if (row === undefined || row.host === null) return false;
  return view.count("Endpoint", "byNetworkHost", keyOf(row.network, row.host)) <= atOnce;
}

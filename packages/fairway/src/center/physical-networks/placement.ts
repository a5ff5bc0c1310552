import { FairwayError } from "../../errors.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { physicalNetworkNamed } from "../lookup.ts";
import type { NetworkSpec } from "../networks/network-spec.ts";
import {
  formatRange,
  hasSegment,
  isSegmented,
  lowestFree,
  parseSegmentRanges,
  type SegmentedType,
  segmentedTypes,
  segmentKinds,
} from "./segment-ranges.ts";

type PhysicalNetwork = IntentRow<"Physical_Network">;

/** Where a network's frames go: columns of its row. */
export type Placement = Pick<IntentRow<"Network">, "physical_network" | "segment">;

/** What a network says of where it is to be. */
export type PlacementWish = Pick<NetworkSpec, "physicalNetwork" | "vlan" | "vni">;

/** On no physical network: OVN chooses what its tunnels tell it apart by. */
const unplaced: Placement = { physical_network: null, segment: null };

/**
 * The place of a new network: the segment that it asks for, or the lowest one that is free.
 * Throws `not_found`, `invalid`, `conflict` where the segment is taken, and `exhausted` where none is left.
 */
export function place(view: View, { physicalNetwork, vlan, vni }: PlacementWish): Placement {
  const row = physicalNetwork === undefined ? undefined : physicalNetworkNamed(view, physicalNetwork);
  const asked = { vlan, overlay: vni, vtep: vni } as const;
  const own = row !== undefined && isSegmented(row.type) ? segmentKinds[row.type].option : undefined;
  for (const type of segmentedTypes) {
    const { option } = segmentKinds[type];
    if (asked[type] === undefined || option === own) continue;
    const why =
      row === undefined
        ? "needs physicalnetwork=NAME"
        : `is not for physical network ${row.name}, whose type is ${row.type}`;
    throw new FairwayError("invalid", `option ${option} ${why}`);
  }
  if (row === undefined) return unplaced;
  const { _uuid, type } = row;
  if (isSegmented(type)) return { physical_network: _uuid, segment: segmentOf(view, row, type, asked[type]) };
  return { physical_network: _uuid, segment: type === "flat" ? onlyNetwork(view, row) : null };
}

/** Whether a network is on one host alone, by its physical network. */
export function isLocal(view: View, { physical_network }: Pick<Placement, "physical_network">): boolean {
  return view.get("Physical_Network", physical_network ?? "")?.type === "local";
}

/**
 * Who gets a network of an engine: one on a local physical network is its own host's. Throws `invalid` where its user wants it for every engine.
 * @param options all that was said by `-o`.
 */
export function scopeOf(
  view: View,
  placement: Placement,
  { scope, options }: Pick<NetworkSpec, "scope" | "options">,
): NetworkSpec["scope"] {
  if (!isLocal(view, placement)) return scope;
  if (options["scope"] !== "cluster") return "host";
  throw new FairwayError(
    "invalid",
    "option scope=cluster is not for a physical network of type local: its networks are each on one host alone",
  );
}

/**
 * The place that a network had, where it is still free: a center that forgot the network may have given it away. Else it is on no
 * physical network, and its containers reach each other alone.
 */
export function placeAgain(
  view: View,
  had: { readonly physicalNetwork: string; readonly segment: number | null } | undefined,
): Placement {
  const [row] = had === undefined ? [] : view.find("Physical_Network", "byName", had.physicalNetwork);
  if (had === undefined || row === undefined) return unplaced;
  const isTaken =
    had.segment === null
      ? row.type === "flat" && view.count("Network", "byPhysicalNetwork", row._uuid) > 0
      : takenSegments(view, row).has(had.segment);
  return isTaken ? unplaced : { physical_network: row._uuid, segment: had.segment };
}

/**
 * How a network meets the world: one whose frames leave by a wire has the wire's routers, and none of ours.
 * Throws `invalid` where its user asked for the other.
 */
export function modeOf(
  view: View,
  { physical_network }: Placement,
  { mode, options }: Pick<NetworkSpec, "mode" | "options">,
): NetworkSpec["mode"] {
  const carrier = physical_network === null ? undefined : view.get("Physical_Network", physical_network);
  const isOnWire = carrier?.type === "vlan" || carrier?.type === "flat" || carrier?.type === "vtep";
  if (!isOnWire && mode === "flat")
    throw new FairwayError(
      "invalid",
      "option mode=flat needs physicalnetwork=NAME, of type vlan, flat or vtep",
    );
  if (!isOnWire) return mode;
  if (mode === "flat" || options["mode"] === undefined) return "flat";
  throw new FairwayError(
    "invalid",
    `option mode=${mode} is not for physical network ${carrier.name} of type ${carrier.type}: its networks have the mode flat`,
  );
}

/**
 * Throws `invalid` where a network's addresses are to come from a LAN's DHCP server, and it is on no LAN: hosts ask that server by their
 * interfaces on the LAN, and have none where VXLAN carries the frames.
 */
export function checkLeased(
  view: View,
  { physical_network }: Placement,
  { ipam }: Pick<NetworkSpec, "ipam">,
): void {
  const type = view.get("Physical_Network", physical_network ?? "")?.type;
  if (ipam !== "dhcp" || type === "vlan" || type === "flat") return;
  throw new FairwayError(
    "invalid",
    "option ipam=dhcp needs physicalnetwork=NAME, of type vlan or flat: the DHCP server of that LAN gives the addresses",
  );
}

/** A flat physical network carries one network. */
function onlyNetwork(view: View, { _uuid, name }: PhysicalNetwork): null {
  const [other] = view.find("Network", "byPhysicalNetwork", _uuid);
  if (other === undefined) return null;
  throw new FairwayError(
    "conflict",
    `physical network ${name} is flat and carries network ${other.name} already; it can carry one only`,
  );
}

function segmentOf(view: View, row: PhysicalNetwork, type: SegmentedType, asked: number | undefined): number {
  const { word } = segmentKinds[type];
  const ranges = parseSegmentRanges(type, row.ranges);
  const taken = takenSegments(view, row);
  if (asked === undefined) {
    const free = lowestFree(ranges, new Set(taken.keys()));
    if (free !== undefined) return free;
    const full =
      ranges.length === 0 ? "has no ranges" : `has no free ${word} in ${ranges.map(formatRange).join(", ")}`;
    throw new FairwayError(
      "exhausted",
      `physical network ${row.name} ${full}; add some by \`fairway physical-network update ${row.name} --range FIRST-LAST\``,
    );
  }
  if (!hasSegment(ranges, asked))
    throw new FairwayError(
      "invalid",
      `${word} ${asked} is not in the ranges of physical network ${row.name}: ${ranges.map(formatRange).join(", ") || "none"}`,
    );
  const holder = taken.get(asked);
  if (holder === undefined) return asked;
  throw new FairwayError("conflict", `${word} ${asked} is taken by network ${holder}`);
}

/** Who has which segment. VNIs are the tunnels' own: all overlays share them, and so do all that have foreign ends. */
function takenSegments(
  view: View,
  row: Pick<PhysicalNetwork, "_uuid" | "type">,
): ReadonlyMap<number, string> {
  const sharing =
    row.type === "overlay" || row.type === "vtep"
      ? Array.from(view.rows("Physical_Network")).filter(({ type }) => type === row.type)
      : [row];
  const networks = sharing.flatMap(({ _uuid }) => view.find("Network", "byPhysicalNetwork", _uuid));
  return new Map(
    networks.flatMap(({ segment, name }) => (segment === null ? [] : [[segment, name] as const])),
  );
}

import type { Change } from "@fairway/ovsdb";
import type { Tables } from "../intent/generated/fairway.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { afarKey } from "./afar.ts";
import { legKey } from "./egress-leg.ts";
import { existing } from "./existing.ts";
import { networkKey } from "./host.ts";
import { mirrorKey } from "./mirror.ts";
import { publishedKey } from "./published-ports.ts";
import { reachKey } from "./reach.ts";
import { hostsOfReach, networksOfReach } from "./touched-reach.ts";

/** An item of a host's state that a change of the intent may alter. */
export interface TouchedItem {
  readonly host: string;
  readonly key: string;
}

/** @param atOnce how many changes there are in the same transaction. */
export function hostItemsTouchedBy(
  view: View,
  change: Change<Tables>,
  atOnce: number,
): readonly TouchedItem[] {
  const reaches = networksOfReach(view, change, atOnce).flatMap((network) =>
    hostsOfReach(view, network, change, atOnce).flatMap((host) => [
      { host, key: reachKey(network) },
      { host, key: afarKey(network) },
    ]),
  );
  return [...itemsOf(view, change), ...reaches];
}

function itemsOf(view: View, change: Change<Tables>): readonly TouchedItem[] {
  switch (change.table) {
    case "Network":
      return itemsOnNetwork(view, change.uuid, change.old, change.new);
    case "Endpoint":
      return [change.old, change.new].flatMap((row) => (row === undefined ? [] : itemsOfEndpoint(view, row)));
    case "Subnet":
      return existing(change.old?.network, change.new?.network).flatMap((uuid) => [
        ...legsOn(view, uuid),
        ...mirrorsOf(view, uuid),
        ...handlesOf(view, uuid),
      ]);
    case "Address":
      return [
        ...existing(change.old?.endpoint, change.new?.endpoint).flatMap((uuid) => endpointItem(view, uuid)),
        ...[change.old, change.new].flatMap((row) =>
          row?.purpose === "auxiliary" ? handlesAt(view, row) : [],
        ),
      ];
    case "Docker_Endpoint":
      return existing(change.old?.endpoint, change.new?.endpoint).flatMap((uuid) => endpointItem(view, uuid));
    case "Docker_Network":
      return [change.old, change.new].flatMap((row) => (row === undefined ? [] : itemsOfHandle(view, row)));
    case "Host":
      // Who is down does not hold up a removal.
      if (change.old?.state === change.new?.state) return [];
      return [...view.rows("Network")].flatMap(({ _uuid }) => handlesInRemoval(view, _uuid));
    case "Central":
    case "Token":
      return [];
  }
}

/** A network may have thousands of endpoints: they are touched by what they show of it alone. */
function itemsOnNetwork(
  view: View,
  network: string,
  old: IntentRow<"Network"> | undefined,
  now: IntentRow<"Network"> | undefined,
): readonly TouchedItem[] {
  const isSame = (...columns: readonly (keyof IntentRow<"Network">)[]) =>
    columns.every((column) => old?.[column] === now?.[column]);
  const endpoints = () =>
    view.find("Endpoint", "byNetwork", network).flatMap(({ _uuid }) => endpointItem(view, _uuid));
  return [
    ...(isSame("name", "removal", "claimed", "mode", "internal", "mtu_asked", "options", "labels", "scope")
      ? []
      : handlesOf(view, network)),
    ...(isSame("name", "claimed", "scope", "removal", "internal", "labels") ? [] : mirrorsOf(view, network)),
    ...(isSame("name", "mode", "internal", "mtu") ? [] : legsOn(view, network)),
    ...(isSame("mtu") ? [] : endpoints()),
  ];
}

function handlesOf(view: View, network: string): readonly TouchedItem[] {
  return view
    .find("Docker_Network", "byNetwork", network)
    .map(({ host, _uuid }) => ({ host, key: networkKey(_uuid) }));
}

function handlesAt(view: View, { subnet }: IntentRow<"Address">): readonly TouchedItem[] {
  return existing(view.get("Subnet", subnet)?.network).flatMap((network) => handlesOf(view, network));
}

/** Every host is to have a network of the cluster, or none any more. */
function mirrorsOf(view: View, network: string): readonly TouchedItem[] {
  return Array.from(view.rows("Host"), ({ _uuid }) => ({ host: _uuid, key: mirrorKey(network) }));
}

/** What a mirror looks like is told by the handle that was made; the others concern their own host. */
function itemsOfHandle(
  view: View,
  { _uuid, host, network, handle }: IntentRow<"Docker_Network">,
): readonly TouchedItem[] {
  return [
    { host, key: networkKey(_uuid) },
    ...(handle === "made" ? mirrorsOf(view, network) : [{ host, key: mirrorKey(network) }]),
    ...handlesInRemoval(view, network),
  ];
}

/** Whether a network may go is a matter of its last user anywhere. */
function handlesInRemoval(view: View, network: string): readonly TouchedItem[] {
  return (view.get("Network", network)?.removal ?? null) === null ? [] : handlesOf(view, network);
}

/** A host's leg comes and goes with its endpoints. */
function itemsOfEndpoint(
  view: View,
  { _uuid, host, network }: IntentRow<"Endpoint">,
): readonly TouchedItem[] {
  if (host === null) return [];
  return [
    ...handlesInRemoval(view, network),
    { host, key: legKey(network) },
    { host, key: `endpoint/${_uuid}` },
    { host, key: publishedKey(_uuid) },
  ];
}

function legsOn(view: View, network: string): readonly TouchedItem[] {
  const hosts = view.find("Endpoint", "byNetwork", network).map(({ host }) => host);
  return existing(...hosts).map((host) => ({ host, key: legKey(network) }));
}

function endpointItem(view: View, uuid: string): readonly TouchedItem[] {
  const host = view.get("Endpoint", uuid)?.host ?? null;
  return host === null ? [] : [{ host, key: `endpoint/${uuid}` }];
}

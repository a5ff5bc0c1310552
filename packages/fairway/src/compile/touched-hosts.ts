import type { Change } from "@fairway/ovsdb";
import type { Tables } from "../intent/generated/fairway.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { legKey } from "./egress-leg.ts";
import { existing } from "./existing.ts";
import { publishedKey } from "./published-ports.ts";
import { reachKey } from "./reach.ts";
import { hostsOfReach, networksOfReach } from "./touched-reach.ts";

/** An item of a host's state that a change of the intent may alter. */
export interface TouchedItem {
  readonly host: string;
  readonly key: string;
}

export function hostItemsTouchedBy(view: View, change: Change<Tables>): readonly TouchedItem[] {
  const reaches = networksOfReach(view, change).flatMap((network) =>
    hostsOfReach(view, network, change).map((host) => ({ host, key: reachKey(network) })),
  );
  return [...itemsOf(view, change), ...reaches];
}

function itemsOf(view: View, change: Change<Tables>): readonly TouchedItem[] {
  switch (change.table) {
    case "Network":
      return itemsOnNetwork(view, change.uuid, change.old, change.new);
    case "Endpoint":
      return [change.old, change.new].flatMap((row) => (row === undefined ? [] : itemsOfEndpoint(row)));
    case "Subnet":
      return existing(change.old?.network, change.new?.network).flatMap((uuid) => legsOn(view, uuid));
    case "Address":
      return existing(change.old?.endpoint, change.new?.endpoint).flatMap((uuid) => endpointItem(view, uuid));
    case "Docker_Endpoint":
      return existing(change.old?.endpoint, change.new?.endpoint).flatMap((uuid) => endpointItem(view, uuid));
    case "Docker_Network":
      return existing(change.old?.host, change.new?.host).map((host) => ({
        host,
        key: `network/${change.uuid}`,
      }));
    case "Central":
    case "Host":
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
  const handles = () =>
    view
      .find("Docker_Network", "byNetwork", network)
      .map(({ host, _uuid }) => ({ host, key: `network/${_uuid}` }));
  const endpoints = () =>
    view.find("Endpoint", "byNetwork", network).flatMap(({ _uuid }) => endpointItem(view, _uuid));
  return [
    ...(isSame("name") ? [] : handles()),
    ...(isSame("name", "mode", "internal", "mtu") ? [] : legsOn(view, network)),
    ...(isSame("mtu") ? [] : endpoints()),
  ];
}

/** A host's leg comes and goes with its endpoints. */
function itemsOfEndpoint({ _uuid, host, network }: IntentRow<"Endpoint">): readonly TouchedItem[] {
  if (host === null) return [];
  return [
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

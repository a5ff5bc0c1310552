import type { Change } from "@fairway/ovsdb";
import type { Tables } from "../intent/generated/fairway.ts";
import type { View } from "../intent/view.ts";
import { existing } from "./touched.ts";

/** An item of a host's state that a change of the intent may alter. */
export interface TouchedItem {
  readonly host: string;
  readonly key: string;
}

export function hostItemsTouchedBy(view: View, change: Change<Tables>): readonly TouchedItem[] {
  switch (change.table) {
    case "Network":
      return itemsOnNetwork(view, change.uuid);
    case "Endpoint":
      return existing(change.old?.host, change.new?.host).map((host) => ({
        host,
        key: `endpoint/${change.uuid}`,
      }));
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
    case "Subnet":
      return [];
  }
}

function itemsOnNetwork(view: View, network: string): readonly TouchedItem[] {
  const handles = view
    .find("Docker_Network", "byNetwork", network)
    .map(({ host, _uuid }) => ({ host, key: `network/${_uuid}` }));
  const endpoints = view
    .find("Endpoint", "byNetwork", network)
    .flatMap(({ _uuid }) => endpointItem(view, _uuid));
  return [...handles, ...endpoints];
}

function endpointItem(view: View, uuid: string): readonly TouchedItem[] {
  const host = view.get("Endpoint", uuid)?.host ?? null;
  return host === null ? [] : [{ host, key: `endpoint/${uuid}` }];
}

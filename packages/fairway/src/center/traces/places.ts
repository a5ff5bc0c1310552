import { FairwayError } from "../../errors.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Family, familyOf } from "../../ip.ts";
import { holderIn } from "../addresses/holder.ts";
import { addressesOf } from "../endpoints/endpoint-view.ts";
import { fullNameOf } from "../networks/display-name.ts";
import type { Place } from "../schemas/trace.ts";
import { subnetWith } from "../subnets/network-subnets.ts";
import { hostNameOf } from "../views.ts";
import type { Target } from "./target.ts";

type Endpoint = IntentRow<"Endpoint">;
type Network = IntentRow<"Network">;

/** An endpoint, by one of its addresses, as an answer names it. */
export function placeOfEndpoint(view: View, endpoint: Endpoint, address: string): Place {
  const network = view.get("Network", endpoint.network);
  const row = addressAt(view, endpoint.network, address);
  const holder = row && holderIn(view, row);
  return {
    kind: holder?.kind === "port" ? "port" : "container",
    name: holder?.name || (endpoint.names[0] ?? endpoint._uuid),
    address,
    network: network === undefined ? null : fullNameOf(network),
    host: hostNameOf(view, endpoint.host),
  };
}

/** Whoever has an address, seen from a network: a gateway, or somebody outside. */
export function placeOfAddress(view: View, address: string, from: Network): Place {
  const subnet = subnetWith(view, from._uuid, address);
  const common = { name: address, address, host: null };
  if (subnet?.gateway === address) return { ...common, kind: "gateway", network: fullNameOf(from) };
  return { ...common, kind: "address", network: subnet === undefined ? null : fullNameOf(from) };
}

/** A host, by the address by which other hosts reach it. */
export function placeOfHost({ name }: IntentRow<"Host">, address: string): Place {
  return { kind: "host", name, address, network: null, host: name };
}

/** Somebody whom the cluster does not know. */
export function placeOutside(address: string): Place {
  return { kind: "address", name: address, address, network: null, host: null };
}

/** Who is meant, seen from outside of all networks. @param family in which an endpoint is named, where it has such an address. */
export function placeOfTarget(
  view: View,
  target: Target,
  receiver: Endpoint | undefined,
  family: Family,
): Place {
  if (target.kind === "host") return placeOfHost(target.host, target.address);
  if (receiver !== undefined)
    return placeOfEndpoint(
      view,
      receiver,
      target.kind === "address" ? target.address : heldIn(view, receiver, family),
    );
  return placeOutside(target.kind === "address" ? target.address : "");
}

/** The endpoint of a network that has an address; undefined where none has. */
export function endpointAt(view: View, network: string, address: string): Endpoint | undefined {
  const row = addressAt(view, network, address);
  return row?.endpoint == null ? undefined : view.get("Endpoint", row.endpoint);
}

function addressAt(view: View, network: string, address: string): IntentRow<"Address"> | undefined {
  const subnet = subnetWith(view, network, address);
  return subnet && view.find("Address", "bySubnetIp", keyOf(subnet._uuid, address))[0];
}

/** An endpoint's address of a family, or whichever it has. Throws `invalid` where it has none. */
export function heldIn(view: View, { _uuid }: Endpoint, family: Family): string {
  const held = addressesOf(view, _uuid).map(({ ip }) => ip);
  const found = held.find((ip) => familyOf(ip) === family) ?? held[0];
  if (found === undefined)
    throw new FairwayError("invalid", `endpoint ${_uuid} has no address: nothing goes to it`);
  return found;
}

/** As sentences name a place: "container web". */
export function called({ kind, name }: Pick<Place, "kind" | "name">): string {
  return kind === "address" ? name : kind === "gateway" ? `the gateway ${name}` : `${kind} ${name}`;
}

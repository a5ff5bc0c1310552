import type { IntentRow, View } from "../../intent/view.ts";
import { familyOf } from "../../ip.ts";
import { addressesOf } from "../endpoints/endpoint-view.ts";
import { fullNameOf } from "../networks/display-name.ts";
import type { Place } from "../schemas/trace.ts";
import { type Departure, departureOf } from "./departure.ts";
import { endpointAt, placeOfAddress, placeOfEndpoint, placeOfHost } from "./places.ts";
import { isOfFamily, type Target } from "./target.ts";

type Endpoint = IntentRow<"Endpoint">;

/** The way by which a sender's packet has the best chance: of several networks that with the receiver on it. */
export function bestDeparture(
  view: View,
  senders: readonly Endpoint[],
  target: Target,
  family: 4 | 6 | undefined,
): Departure | undefined {
  const wanted =
    target.kind === "endpoints"
      ? target.endpoints.flatMap((endpoint) =>
          addressesOf(view, endpoint._uuid).map(({ ip }) => ({ ip, network: endpoint.network })),
        )
      : [{ ip: target.address, network: undefined }];
  const ways = wanted
    .filter(({ ip }) => isOfFamily(ip, family))
    .flatMap(({ ip, network }) =>
      senders.flatMap((sender) => {
        const departure = departureOf(view, sender, ip);
        if (departure === undefined) return [];
        const isTogether = network === sender.network;
        const isMistaken = network !== undefined && !isTogether && departure.rank < 2;
        const rank = isTogether ? 0 : isMistaken ? 4 : 1 + departure.rank;
        return [{ departure, rank }];
      }),
    );
  return ways.toSorted(
    (one, other) =>
      one.rank - other.rank ||
      familyOf(one.departure.destination) - familyOf(other.departure.destination) ||
      one.departure.network.name.localeCompare(other.departure.network.name),
  )[0]?.departure;
}

/** The endpoint that is meant; undefined where an address is, which none has. */
export function receiverOf(
  view: View,
  target: Target,
  { destination, network }: Departure,
): Endpoint | undefined {
  if (target.kind === "endpoints")
    return target.endpoints.find(({ _uuid }) =>
      addressesOf(view, _uuid).some(({ ip }) => ip === destination),
    );
  return target.kind === "address" ? endpointAt(view, network._uuid, destination) : undefined;
}

/** Where a packet has to arrive: at the endpoint or host that is meant, else at its address. */
export function placeOf(
  view: View,
  target: Target,
  receiver: Endpoint | undefined,
  departure: Departure,
): Place {
  if (receiver !== undefined) return placeOfEndpoint(view, receiver, departure.destination);
  if (target.kind === "host") return placeOfHost(target.host, target.address);
  return placeOfAddress(view, departure.destination, departure.network);
}

/** Why a packet for one network's address never leaves another, which has the same addresses; undefined where it does. */
export function strangerOf(
  view: View,
  target: Target,
  { network, destination, rank }: Departure,
): string | undefined {
  if (target.kind !== "endpoints" || rank > 1) return undefined;
  if (target.endpoints.some((each) => each.network === network._uuid)) return undefined;
  const others = target.endpoints.flatMap((each) => view.get("Network", each.network) ?? []);
  return `${destination} is an address of network ${fullNameOf(network)} itself: no packet for it leaves for network ${others.map(fullNameOf).join(", ")}`;
}

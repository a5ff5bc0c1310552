import { routerMac } from "../../identity.ts";
import { isGatewayDisabled } from "../../intent/disabled-gateway.ts";
import { isOnWire } from "../../intent/egress.ts";
import { answeringGateway, portRoutes } from "../../intent/logical-port.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import { routerAddresses } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { contains, familyOf, parseCidr, parseIp } from "../../ip.ts";
import { addressesOf } from "../endpoints/endpoint-view.ts";
import { referred } from "../lookup.ts";
import { fullNameOf } from "../networks/display-name.ts";
import { endpointAt } from "./places.ts";

type Endpoint = IntentRow<"Endpoint">;

/** How a packet leaves its sender. */
export interface Departure {
  readonly sender: Endpoint;
  readonly network: IntentRow<"Network">;
  readonly source: string;
  readonly destination: string;
  /** In words: "to 10.1.0.3 on its own link", "to its gateway 10.1.0.1". */
  readonly next: string;
  /** Whose frame it is; undefined where nobody answers for the next hop, and `why` says it. */
  readonly nextMac: string | undefined;
  readonly why: string;
  /** 0: on its own link; 1: by a route of its network's; 2: by its gateway; 3: not at all. */
  readonly rank: 0 | 1 | 2 | 3;
}

/** Of a machine that is not Fairway's; a switch with a wire sends what is for it there. */
const strangersMac = "02:00:00:00:00:01";

/** How a packet of an endpoint's leaves it, from its address in the destination's family; undefined where it has none. */
export function departureOf(view: View, sender: Endpoint, destination: string): Departure | undefined {
  const network = referred(view.get("Network", sender.network));
  const held = addressesOf(view, sender._uuid).find(({ ip }) => familyOf(ip) === familyOf(destination));
  if (held === undefined) return undefined;
  const { ip: source, subnet } = held;
  const common = { sender, network, source, destination, why: "" };
  const to = parseIp(destination);
  if (contains(cidrOf(subnet), to))
    return { ...common, ...neighbour(view, network, destination, "on its own link"), rank: 0 };
  const route = portRoutes(view, network, subnet)
    .filter((each) => contains(parseCidr(each.destination), to))
    .sort((one, other) => parseCidr(other.destination).prefix - parseCidr(one.destination).prefix)
    .at(0);
  if (route !== undefined) {
    const how = `by its route ${route.destination}`;
    return { ...common, ...neighbour(view, network, route.nextHop ?? destination, how), rank: 1 };
  }
  const gateway = isOnWire(network) ? subnet.gateway : answeringGateway(view, network, subnet);
  if (gateway)
    return {
      ...common,
      next: `to its gateway ${gateway}`,
      nextMac:
        isOnWire(network) && !isRouter(view, network, gateway) ? strangersMac : routerMac(network._uuid),
      rank: 2,
    };
  return {
    ...common,
    next: "nowhere",
    nextMac: undefined,
    why: noRoute(view, network, destination),
    rank: 3,
  };
}

function noRoute(view: View, network: IntentRow<"Network">, destination: string): string {
  const options = view.find("Subnet", "byNetwork", network._uuid).map((row) => row.options);
  const isDisabled = !network.internal && isGatewayDisabled(network.options, options);
  const kind = network.internal ? "is internal" : isDisabled ? "has its gateway disabled" : "has no gateway";
  const why = `network ${fullNameOf(network)} ${kind}: by it there is no route to ${destination}`;
  return isDisabled ? `${why}; a container has one by Docker's own bridge, which Fairway does not see` : why;
}

/** Who answers for an address on a network's own link. */
function neighbour(
  view: View,
  network: IntentRow<"Network">,
  address: string,
  how: string,
): Pick<Departure, "next" | "nextMac" | "why"> {
  const next = `to ${address} ${how}`;
  if (isRouter(view, network, address)) return { next, nextMac: routerMac(network._uuid), why: "" };
  const holder = endpointAt(view, network._uuid, address);
  if (holder !== undefined) return { next, nextMac: holder.mac, why: "" };
  if (isOnWire(network)) return { next, nextMac: strangersMac, why: "" };
  return {
    next,
    nextMac: undefined,
    why: `nobody on network ${fullNameOf(network)} has the address ${address}: nothing answers for it`,
  };
}

/** Whether a network's router has an address: on a wire only one that it was given. */
function isRouter(view: View, network: IntentRow<"Network">, address: string): boolean {
  return routerAddresses(view, network).some(({ ip }) => ip === address);
}

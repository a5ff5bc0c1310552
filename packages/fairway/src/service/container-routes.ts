import { networksOverlapping } from "../intent/host-reach.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { familyOf } from "../ip.ts";
import type { DockerEndpoint } from "./schemas/endpoint.ts";
import { parseRoute } from "./subnet-options.ts";

/**
 * The routes of a container beside its default routes: those that the network's options say, and the network's other subnets, which are on the
 * same link. Without the latter they would be looked for where the default route leads, perhaps on another network.
 * @param subnets of the network.
 * @param held those that the container has an address in.
 */
export function containerRoutes(
  view: View,
  network: string,
  subnets: readonly IntentRow<"Subnet">[],
  held: readonly IntentRow<"Subnet">[],
): DockerEndpoint["routes"] {
  const families = new Set(held.map(({ cidr }) => familyOf(cidr)));
  const asked = subnets.flatMap((subnet) => subnet.host_routes.map(parseRoute));
  const others = otherSubnets(view, network, subnets, held);
  return [...asked, ...others.map((destination) => ({ destination, nextHop: null }))]
    .filter(({ destination }) => families.has(familyOf(destination)))
    .map(({ destination, nextHop }) => ({ destination, ...(nextHop === null ? {} : { nextHop }) }));
}

/** Without those that another network has as well: a container may be on both, and its kernel takes no second route to one destination. */
function otherSubnets(
  view: View,
  network: string,
  subnets: readonly IntentRow<"Subnet">[],
  held: readonly IntentRow<"Subnet">[],
): string[] {
  const own = new Set(held.map(({ _uuid }) => _uuid));
  return subnets
    .filter(({ _uuid }) => !own.has(_uuid))
    .map(({ cidr }) => cidr)
    .filter((cidr) => networksOverlapping(view, cidr).every(({ _uuid }) => _uuid === network));
}

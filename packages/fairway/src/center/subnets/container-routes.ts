import { networksOverlapping } from "../../intent/host-access.ts";
import { cidrOf, routesOf } from "../../intent/parsed-rows.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp, familyOf } from "../../ip.ts";
import type { DockerEndpoint } from "../schemas/endpoint.ts";

/** An address of a container. */
interface Held {
  readonly ip: string;
  readonly subnet: IntentRow<"Subnet">;
}

/**
 * The routes of a container beside its default routes: those that the network's options say, unless they lead to the container itself, and
 * the network's other subnets, which are on the same link. Without the latter they would be looked for where the default route leads,
 * perhaps on another network.
 * @param subnets of the network.
 */
export function containerRoutes(
  view: View,
  network: string,
  subnets: readonly IntentRow<"Subnet">[],
  held: readonly Held[],
): DockerEndpoint["routes"] {
  const families = new Set(held.map(({ ip }) => familyOf(ip)));
  const own = new Set(held.map(({ ip }) => ip));
  const asked = subnets
    .flatMap(routesOf)
    .filter(({ nextHop }) => nextHop === null || !own.has(canonicalIp(nextHop)));
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
  held: readonly Held[],
): string[] {
  const own = new Set(held.map(({ subnet }) => subnet._uuid));
  return subnets
    .filter((subnet) => !own.has(subnet._uuid))
    .filter((subnet) => networksOverlapping(view, cidrOf(subnet)).every(({ _uuid }) => _uuid === network))
    .map(({ cidr }) => cidr);
}

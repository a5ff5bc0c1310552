import { linkLocalOf, routerMac } from "../../identity.ts";
import { gatewaySubnets } from "../../intent/egress.ts";
import { knowsGroups } from "../../intent/multicast.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { familyOf } from "../../ip.ts";

/** Where IGMP's questions come from on a network without a gateway. */
const askerWithoutGateway = "169.254.77.1";

/**
 * How often the switch asks who is in which group, s: after a restart OVN's controller knows nobody until the answers come, so this is shorter than
 * RFC 3376 §8.2 proposes. Who has not answered three questions is in none.
 */
const askedEvery = 30;

/**
 * What makes a switch look at IGMP and MLD and give what is sent to a group to its members alone (ovn-nb(5), Logical_Switch `mcast_snoop`). It also
 * asks who is a member: nobody else does, and what is not asked for is forgotten. Groups of one link (224.0.0.0/24, and IPv6's own) go to
 * everybody all the same (RFC 4541 §2.1.2).
 */
export function groupsOf(view: View, network: IntentRow<"Network">): Record<string, string> {
  if (!knowsGroups(network)) return {};
  const mac = routerMac(network._uuid);
  const gateway = gatewaySubnets(view, network._uuid).find((subnet) => familyOf(subnet.cidr) === 4)?.gateway;
  return {
    mcast_snoop: "true",
    mcast_querier: "true",
    mcast_eth_src: mac,
    mcast_ip4_src: gateway ?? askerWithoutGateway,
    mcast_ip6_src: linkLocalOf(mac),
    mcast_query_interval: String(askedEvery),
    mcast_idle_timeout: String(3 * askedEvery + 5),
  };
}

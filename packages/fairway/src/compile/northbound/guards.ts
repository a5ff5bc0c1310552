import { derive, routerMac } from "../../identity.ts";
import { gatewaySubnets } from "../../intent/egress.ts";
import { portSecurityOf } from "../../intent/port-security.ts";
import { legsOf } from "../../intent/router-gateways.ts";
import { routerAddresses } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Family, familyOf } from "../../ip.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import { wirePortName } from "./physical.ts";
import { externalMac } from "./router-gateway.ts";

/** Above whatever people will say of a network: nobody may allow what a guard drops. OVN takes 0 to 32767 (ovn-nb(5), ACL). */
const priority = 32_000;

/**
 * What no endpoint of a network may send, whatever its port security lets through: answers of a DHCP server, and what speaks in the
 * gateway's name. The router itself is told by its MAC address, which no endpoint can have. These drops belong to the switch, so
 * that one more port stays incremental, and need no connection tracking. OVN lets neighbour discovery and router advertisements
 * through before any ACL (northd, priority 65532): the first is port security's, the second the hosts' (`agent/ports/link-guard.ts`).
 */
export function compileGuards(view: View, network: IntentRow<"Network">): readonly DesiredRow[] {
  if (portSecurityOf(network) === "off") return [];
  const uuid = network._uuid;
  const wire = wirePortName(network);
  // On a wire the gateway is somebody else, who comes in by the wire's port: there a virtual router's own addresses alone are ours.
  const gateways = wire === undefined ? gatewaySubnets(view, uuid).map(({ gateway }) => gateway) : [];
  const answering = routerAddresses(view, network).map(({ ip }) => ip);
  const guarded = [...new Set([...gateways, ...answering])];
  const own = wire === undefined ? notRouter(uuid) : `inport != "${wire}"`;
  const external = externalAddresses(view, uuid);
  const ofRouters = `eth.src != {${external.map(({ mac }) => mac).join(", ")}}`;
  // Clients take an answer by the port that it comes to, whichever it is from.
  const guards = [
    { name: "dhcp", match: "udp && udp.dst == 68", from: own },
    { name: "dhcpv6", match: "udp && udp.dst == 546", from: own },
    ...([4, 6] as const).flatMap((family) => {
      const ofFamily = guarded.filter((ip) => familyOf(ip) === family);
      return ofFamily.length === 0
        ? []
        : { name: `gateway${family}`, match: claims[family](ofFamily.join(", ")), from: notRouter(uuid) };
    }),
    ...([4, 6] as const).flatMap((family) => {
      const ofFamily = external.flatMap(({ ips }) => ips).filter((ip) => familyOf(ip) === family);
      return ofFamily.length === 0
        ? []
        : { name: `router${family}`, match: claims[family](ofFamily.join(", ")), from: ofRouters };
    }),
  ];
  return guards.map(({ name, match, from }) => ({
    table: "ACL",
    uuid: derive(`guard-${name}`, uuid),
    references: [inSwitch(uuid, "acls")],
    columns: {
      direction: "from-lport",
      priority,
      match: `${from} && (${match})`,
      action: "drop",
      external_ids: { "fairway-guard": name },
    },
  }));
}

/** The addresses of routers whose external network this is, each router's with its MAC address. */
function externalAddresses(
  view: View,
  network: string,
): readonly { readonly mac: string; readonly ips: readonly string[] }[] {
  return view
    .find("Router_Gateway", "byNetwork", network)
    .map(({ router }) => ({ mac: externalMac(router), ips: legsOf(view, router).map(({ ip }) => ip) }))
    .filter(({ ips }) => ips.length > 0)
    .sort((one, other) => (one.mac < other.mac ? -1 : 1));
}

/** Who is not the network's router. */
function notRouter(network: string): string {
  return `eth.src != ${routerMac(network)}`;
}

/** What speaks in the name of one of these addresses. */
const claims: Readonly<Record<Family, (addresses: string) => string>> = {
  4: (addresses) => `arp.spa == {${addresses}} || ip4.src == {${addresses}}`,
  6: (addresses) => `ip6.src == {${addresses}}`,
};

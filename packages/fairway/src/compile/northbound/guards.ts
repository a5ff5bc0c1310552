import { derive, routerMac } from "../../identity.ts";
import { gatewaySubnets } from "../../intent/egress.ts";
import { portSecurityOf } from "../../intent/port-security.ts";
import { gatewayOf, legsOf } from "../../intent/router-gateways.ts";
import { routerAddresses } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Family, familyOf } from "../../ip.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import { wirePortName } from "./physical.ts";
import { externalMac } from "./router-gateway.ts";

/** Above whatever people will say of a network: nobody may allow what a guard drops. OVN takes 0 to 32767 (ovn-nb(5), ACL). */
const priority = 32_000;

interface Guard {
  /** By which a trace knows it. */
  readonly name: string;
  /** What tells it from others of that name. */
  readonly of?: readonly string[];
  readonly match: string;
  /** Who may not send that. */
  readonly from: string;
}

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
  // Clients take an answer by the port that it comes to, whichever it is from.
  const guards: readonly Guard[] = [
    { name: "dhcp", match: "udp && udp.dst == 68", from: own },
    { name: "dhcpv6", match: "udp && udp.dst == 546", from: own },
    ...([4, 6] as const).flatMap((family) => {
      const ofFamily = guarded.filter((ip) => familyOf(ip) === family);
      return ofFamily.length === 0
        ? []
        : { name: `gateway${family}`, match: claims[family](ofFamily.join(", ")), from: notRouter(uuid) };
    }),
    ...externalGuards(view, uuid),
  ];
  return guards.map(({ name, of = [], match, from }) => ({
    table: "ACL",
    uuid: derive(`guard-${name}`, uuid, ...of),
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

/**
 * What speaks in the name of a router whose external network this is. A rule for each: several MAC addresses in one that excludes them would be as many flows as their bits
 * multiplied.
 */
function externalGuards(view: View, network: string): readonly Guard[] {
  const routers = new Set(view.find("Router_Gateway", "byNetwork", network).map(({ router }) => router));
  const leaving = [...routers].filter((router) => gatewayOf(view, router)?.network === network);
  return leaving.flatMap((router) =>
    legsOf(view, router).map(({ family, ip }) => ({
      name: `router${family}`,
      of: [router],
      match: claims[family](ip),
      from: `eth.src != ${externalMac(router)}`,
    })),
  );
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

import { derive } from "../../identity.ts";
import { gatewaySubnets, hasEgress } from "../../intent/egress.ts";
import { isHostAccessOff } from "../../intent/host-access.ts";
import { policiesOn } from "../../intent/policies.ts";
import { hasMembers } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Family, familyOf } from "../../ip.ts";
import { exceptFor } from "./address-complement.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import { uplinkAddress } from "./egress.ts";
import type { UnitKind } from "./unit-kind.ts";
import { isFiltered } from "./zone-policy.ts";

/**
 * What passes untracked is below whatever people will say of a network, and above what OVN does by itself. Where they say something, pings of the gateway, which have no
 * connection, are above that, and below the guards.
 */
const priorities = { untracked: 0, tracked: 31_000 } as const;

/**
 * What leads TCP and UDP for a network's gateway to the host of the container that sends it, as on Docker's bridge. OVN's router answers
 * pings of its own address and drops the rest, so a load balancer on the network's switch changes the address before: to that of the
 * uplink, a `localport`, which every host has. See docs/adr/0017.
 */
export const gatewayHostUnits = {
  name: "gateway-host",
  table: "Network",
  statusPart: "northbound (gateway)",
  compile: compileGatewayHost,
} as const satisfies UnitKind;

function compileGatewayHost(view: View, uuid: string): readonly DesiredRow[] {
  const network = view.get("Network", uuid);
  if (network === undefined || !hasEgress(view, network) || isHostAccessOff(network)) return [];
  const gateways = gatewaySubnets(view, uuid).map(({ gateway }) => gateway);
  const unit = `network/${uuid}` as const;
  const way = isTracked(view, network) ? "tracked" : "untracked";
  const families = [...new Set(gateways.map(familyOf))];
  return [
    {
      table: "Load_Balancer",
      uuid: derive("gateway-host", uuid),
      references: [inSwitch(uuid, "load_balancer", unit)],
      columns: {
        name: derive("gateway-host", uuid),
        vips: Object.fromEntries(gateways.map((gateway) => [gateway, uplinkAddress(familyOf(gateway))])),
        external_ids: { "fairway-name": `${network.name} (gateway)` },
      },
    },
    ...families.flatMap((family) => untracked(uuid, family, priorities[way], passing[way](family, gateways))),
  ];
}

/** Whether somebody says what a network's containers send or get. */
function isTracked(view: View, network: IntentRow<"Network">): boolean {
  return (
    isFiltered(view, network) || hasMembers(view, network._uuid) || policiesOn(view, network._uuid).length > 0
  );
}

/** What is to pass untracked in each direction. */
type Passing = Readonly<Record<"from-lport" | "to-lport", string>>;

function untracked(uuid: string, family: Family, priority: number, passes: Passing): readonly DesiredRow[] {
  return (["from-lport", "to-lport"] as const).map((direction) => ({
    table: "ACL",
    uuid: derive(`gateway-host-${direction}-${family}`, uuid),
    references: [inSwitch(uuid, "acls", `network/${uuid}`)],
    columns: { direction, priority, match: passes[direction], action: "allow-stateless" },
  }));
}

/**
 * A load balancer sends all that a switch carries through conntrack, which costs throughput and drops what takes another way back. These rules
 * let everything pass untracked but what goes to the gateways and to the uplink's address, and what comes from that, so that conntrack sees both
 * directions: the host sends what it publishes into the network from the uplink's address, too. Pings of the gateways are left to the router,
 * and errors of packets that the host forwards have no connection here (northd(8), "Pre-LB"; ovn-nb(5), ACL `allow-stateless`). What remains
 * without an address is spelt out: OVN multiplies out `!=` of several.
 */
function passingUntracked(family: Family, gateways: readonly string[]): Passing {
  const own = ofFamily(family, gateways);
  const uplink = uplinkAddress(family);
  const { ip, echoRequest, forwardingErrors } = terms[family];
  const without = (...addresses: readonly string[]) => `{${exceptFor(family, addresses).join(", ")}}`;
  return {
    "from-lport": `(${echoRequest} && ${ip}.dst == {${own.join(", ")}}) || ${ip}.dst == ${without(...own, uplink)}`,
    "to-lport": `${forwardingErrors} || ${ip}.src == ${without(uplink)}`,
  };
}

/** Where zones, members of groups or all by a policy are filtered everything is tracked: OVN takes these rules before all others. Pings of the gateways are the router's there, too. */
function passingTracked(family: Family, gateways: readonly string[]): Passing {
  const own = ofFamily(family, gateways).join(", ");
  const { ip, echoRequest, echoReply } = terms[family];
  return {
    "from-lport": `${echoRequest} && ${ip}.dst == {${own}}`,
    "to-lport": `${echoReply} && ${ip}.src == {${own}}`,
  };
}

const passing = { tracked: passingTracked, untracked: passingUntracked } as const;

function ofFamily(family: Family, addresses: readonly string[]): readonly string[] {
  return addresses.filter((address) => familyOf(address) === family).sort();
}

/** How OVN's matches call things; errors are "time exceeded" and "fragmentation needed" or "packet too big" (RFC 792, RFC 4443). */
const terms = {
  4: {
    ip: "ip4",
    echoRequest: "icmp4.type == 8",
    echoReply: "icmp4.type == 0",
    forwardingErrors: "icmp4.type == 11 || (icmp4.type == 3 && icmp4.code == 4)",
  },
  6: {
    ip: "ip6",
    echoRequest: "icmp6.type == 128",
    echoReply: "icmp6.type == 129",
    forwardingErrors: "icmp6.type == {2, 3}",
  },
} as const satisfies Record<Family, unknown>;

import { hasPort } from "../../intent/endpoint-port.ts";
import { allowedFurther, furtherIps } from "../../intent/further-addresses.ts";
import { isLogicalPort } from "../../intent/logical-port.ts";
import { policiesOn } from "../../intent/policies.ts";
import { type PortSecurity, portSecurityOf } from "../../intent/port-security.ts";
import { membershipOf } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { vipsOf } from "../../intent/vips.ts";
import { familyOf } from "../../ip.ts";
import { apartReferences } from "./apart.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import { dhcpOptions } from "./dhcp.ts";
import { underPolicy } from "./policy.ts";
import { compileRate } from "./rate.ts";
import { requestedChassis } from "./requested-chassis.ts";
import { inSecurityGroup } from "./security-group.ts";
import { compileTrunk } from "./trunk.ts";
import type { UnitKind } from "./unit-kind.ts";

/**
 * An endpoint's logical switch port: plain, with static addresses, which northd handles incrementally. Its name is
 * what the host's Interface has as `iface-id` (ovn-controller(8)).
 */
export const endpointUnits = {
  name: "endpoint",
  table: "Endpoint",
  statusPart: "northbound",
  compile: compileEndpoint,
} as const satisfies UnitKind;

function compileEndpoint(view: View, uuid: string): readonly DesiredRow[] {
  const endpoint = view.get("Endpoint", uuid);
  if (endpoint === undefined) return [];
  const membership = membershipOf(view, endpoint);
  if (!hasPort(endpoint, membership)) return [];
  const addresses = view.find("Address", "byEndpoint", uuid);
  const ips = addresses.map(({ ip }) => ip).sort();
  const network = view.get("Network", endpoint.network);
  if (network === undefined) return [];
  const { groups } = membership;
  const { mac } = endpoint;
  // OVN answers for these too, and knows them as a group's member's.
  const own = [mac, ...ips, ...furtherIps(view, uuid).toSorted()].join(" ");
  // By their addresses rules tell who is in a group.
  const security = groups.length > 0 ? "strict" : portSecurityOf(network);
  return [
    {
      table: "Logical_Switch_Port",
      uuid,
      references: [
        inSwitch(endpoint.network, "ports", `network/${endpoint.network}`),
        ...apartReferences(network, endpoint),
        ...groups.map(inSecurityGroup),
        ...policiesOn(view, endpoint.network).map(underPolicy),
      ],
      columns: {
        name: uuid,
        // Where it may send by any MAC address, it gets what is sent to an unknown one (ovn-nb(5), `unknown`).
        addresses: security === "off" ? [own, "unknown"] : [own],
        port_security: allowedSources[security](mac, [
          ...ips,
          ...allowedFurther(view, endpoint),
          ...vipsOf(view, endpoint),
        ]),
        options: requestedChassis(ownHost(view, endpoint)),
        ...(isLogicalPort(endpoint) && dhcpOf(view, endpoint.network, addresses)),
      },
    },
    ...compileTrunk(view, endpoint, network, security),
    ...compileRate(endpoint),
  ];
}

/** The only host on which an endpoint may be; undefined where it may be on any: then its row tells where it was seen. */
function ownHost(view: View, endpoint: IntentRow<"Endpoint">): IntentRow<"Host"> | undefined {
  if (endpoint.host === null || (isLogicalPort(endpoint) && !endpoint.pinned)) return undefined;
  return view.get("Host", endpoint.host);
}

/** By which rows the port is answered when it asks for its addresses: those of its network's subnets. */
function dhcpOf(view: View, network: string, addresses: readonly IntentRow<"Address">[]) {
  const answered = addresses.filter(({ subnet }) => view.get("Subnet", subnet)?.network === network);
  const [first, firstOf6] = ([4, 6] as const).map((family) =>
    answered.find(({ ip }) => familyOf(ip) === family),
  );
  return {
    dhcpv4_options: first === undefined ? null : dhcpOptions(first.subnet),
    dhcpv6_options: firstOf6 === undefined ? null : dhcpOptions(firstOf6.subnet),
  };
}

/**
 * What an endpoint may send by (ovn-nb(5), `port_security`): its addresses; its MAC address with every IPv4 address; or whatever it
 * likes. Of IPv6 it keeps to its own addresses also in the second case: OVN lets neighbour discovery through before any ACL is
 * looked at, so nothing else would keep an endpoint from claiming the gateway's.
 */
const allowedSources: Readonly<Record<PortSecurity, (mac: string, ips: readonly string[]) => string[]>> = {
  strict: (mac, ips) => [[mac, ...ips].join(" ")],
  mac: (mac, ips) => [[mac, "0.0.0.0/0", ...ips.filter((ip) => familyOf(ip) === 6)].join(" ")],
  off: () => [],
};

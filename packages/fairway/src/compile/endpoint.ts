import { type PortSecurity, portSecurityOf } from "../intent/port-security.ts";
import type { View } from "../intent/view.ts";
import { familyOf } from "../ip.ts";
import { type DesiredRow, tag } from "./desired.ts";

/**
 * An endpoint's logical switch port: plain, with static addresses, which northd handles incrementally. Its name is
 * what the host's Interface has as `iface-id` (ovn-controller(8)).
 */
export function compileEndpoint(view: View, uuid: string): readonly DesiredRow[] {
  const endpoint = view.get("Endpoint", uuid);
  if (endpoint === undefined || endpoint.lost.length > 0) return [];
  const ips = view
    .find("Address", "byEndpoint", uuid)
    .map(({ ip }) => ip)
    .sort();
  const network = view.get("Network", endpoint.network);
  if (network === undefined) return [];
  const { mac } = endpoint;
  const own = [mac, ...ips].join(" ");
  const security = portSecurityOf(network);
  return [
    {
      table: "Logical_Switch_Port",
      uuid,
      parent: endpoint.network,
      cells: {
        name: uuid,
        // Where it may send by any MAC address, it gets what is sent to an unknown one (ovn-nb(5), `unknown`).
        addresses: security === "off" ? [own, "unknown"] : [own],
        port_security: allowedSources[security](mac, ips),
        external_ids: tag(`endpoint/${uuid}`, endpoint.network),
      },
    },
  ];
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

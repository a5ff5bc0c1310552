import type { View } from "../intent/view.ts";
import { type DesiredRow, tag } from "./desired.ts";

/**
 * An endpoint's logical switch port: plain, with static addresses, which northd handles incrementally. Its name is
 * what the host's Interface has as `iface-id` (ovn-controller(8)).
 */
export function compileEndpoint(view: View, uuid: string): readonly DesiredRow[] {
  const endpoint = view.get("Endpoint", uuid);
  if (endpoint === undefined || endpoint.lost.length > 0) return [];
  const ips = view.find("Address", "byEndpoint", uuid).map(({ ip }) => ip);
  const addresses = [[endpoint.mac, ...ips.sort()].join(" ")];
  return [
    {
      table: "Logical_Switch_Port",
      uuid,
      parent: endpoint.network,
      cells: {
        name: uuid,
        addresses,
        port_security: addresses,
        external_ids: tag(`endpoint/${uuid}`, endpoint.network),
      },
    },
  ];
}

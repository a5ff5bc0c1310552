import type { HostRouterGatewayItem } from "../../center/schemas/host-state.ts";
import { messageOf } from "../../errors.ts";
import { findNeighbour } from "../../host/neighbour-probe.ts";
import type { Links } from "../ports/links.ts";
import type { HostState } from "../state/host-state.ts";

/**
 * What is wrong with a host's way to an external network: no interface, no carrier, a next hop that does not answer three times in a row. Undefined
 * where nothing is. @throws the signal's reason.
 */
export async function troubleOnWire(
  { state, links }: { readonly state: Pick<HostState, "items">; readonly links: Pick<Links, "find"> },
  { physicalNetwork, vlan, nextHops }: Pick<HostRouterGatewayItem, "physicalNetwork" | "vlan" | "nextHops">,
  signal: AbortSignal,
): Promise<string | undefined> {
  const bridge = state.items.get(`provider-bridge/${physicalNetwork}`);
  if (bridge?.kind !== "provider-bridge") return "it has no interface on the external network";
  const nic = bridge.interface;
  try {
    const link = await links.find(nic);
    if (link === undefined) return `it has no interface ${nic}`;
    if (!link.carrier) return `its interface ${nic} has no carrier`;
    const answers = await Promise.all(nextHops.map((ip) => findNeighbour(link, vlan, ip, signal)));
    const silent = nextHops.filter((_, at) => answers[at] === undefined);
    if (silent.length === 0) return undefined;
    return `${silent.length === 1 ? "its next hop" : "its next hops"} ${silent.join(", ")} ${silent.length === 1 ? "does" : "do"} not answer on ${nic}`;
  } catch (error) {
    signal.throwIfAborted();
    return `its interface ${nic}: ${messageOf(error)}`;
  }
}

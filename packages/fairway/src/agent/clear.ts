import { rm } from "node:fs/promises";
import { dropHostAddress } from "../host/netlink/host-address.ts";
import { Netlink } from "../host/netlink/netlink.ts";
import { removeBridges, removeMappings, removePorts } from "../host/open-vswitch/removal.ts";
import { Firewall } from "./firewall/firewall.ts";
import { withdrawForwarded } from "./firewall/forward-accept.ts";
import { endForwarding } from "./firewall/kernel-settings.ts";
import { withdrawNames } from "./firewall/name-accept.ts";
import { relayAddresses } from "./firewall/publication.ts";
import { leasesFile } from "./leases/kept-leases.ts";
import { namesFile } from "./names/known-names.ts";
import { formerSinkName, isInternalName, sinkName } from "./ports/interface-names.ts";
import { Links } from "./ports/links.ts";
import { namespacePorts } from "./ports/port-kind.ts";
import { ownerOf } from "./ports/ports.ts";
import { mappingPrefix, providerNetworkOf } from "./provider-bridges/marks.ts";
import { giveBackNics } from "./provider-bridges/nic-return.ts";
import { VlanInterfaces } from "./provider-bridges/vlan-interfaces.ts";
import { troublesFile } from "./reports/trouble-report.ts";
import { endpointOf, portOf } from "./state/keys.ts";
import { Routing } from "./uplinks/routing.ts";
import { uplinkOf } from "./uplinks/uplink-ports.ts";

export interface HostToClear {
  /** Of this host's Open vSwitch database. */
  readonly openvswitchSocket: string;
  /** Where the agent kept the host's last state; its other files are beside it. */
  readonly stateFile: string;
}

/**
 * Takes back what the agent made of this host: the uplinks, the ports and links of containers, the interfaces of `fairway port plug`, the
 * routes, rules and addresses of ours, our firewall rules, and the agent's files; NICs have their addresses again. A container that goes on has no network any more. May be
 * repeated. The agent must have ended.
 * @throws `unavailable` where Open vSwitch does not remove an uplink.
 */
export async function clearHost({ openvswitchSocket, stateFile }: HostToClear): Promise<void> {
  using netlink = new Netlink();
  const links = new Links(netlink);
  const plugged = new Links(netlink, namespacePorts);
  await removePorts(openvswitchSocket, (externalIds) => {
    const owner = ownerOf(externalIds) ?? "";
    return [uplinkOf(externalIds), endpointOf(owner), portOf(owner)].some((each) => each !== undefined);
  });
  await giveBackNics({ netlink, openvswitchSocket, stateFile });
  await removeMappings(openvswitchSocket, (name) => name.startsWith(mappingPrefix));
  await removeBridges(openvswitchSocket, (externalIds) => providerNetworkOf(externalIds) !== undefined);
  await new VlanInterfaces(netlink).keep(new Set());
  for (const kind of [links, plugged])
    await Promise.all([...(await kind.list()).keys()].map((endpoint) => kind.delete(endpoint)));
  await removeTaps(links);
  await new Routing(netlink).removeEverything();
  for (const address of Object.values(relayAddresses)) await dropHostAddress(netlink, address);
  await new Firewall().remove();
  await withdrawForwarded();
  await withdrawNames();
  endForwarding();
  for (const file of [stateFile, namesFile(stateFile), troublesFile(stateFile), leasesFile(stateFile)])
    await rm(file, { force: true });
}

/** Links of ours that a killed process left. */
async function removeTaps(links: Links): Promise<void> {
  const isOurs = (name: string) => isInternalName(name) || name === sinkName || name === formerSinkName;
  const left = (await links.unusedTaps()).filter(({ name }) => isOurs(name));
  await Promise.all(left.map((link) => links.remove(link)));
}

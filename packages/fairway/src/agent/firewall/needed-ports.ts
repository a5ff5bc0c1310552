import { networkInterfaces } from "node:os";
import {
  hasUserspaceDatapath,
  type OpenVSwitchReplica,
  tunnelPort,
} from "../../host/open-vswitch/open-vswitch.ts";
import { type Filter, filtersInForce } from "../../host/packet-filter/filters.ts";
import { openingLine } from "../../host/packet-filter/opening.ts";
import type { Packet } from "../../host/packet-filter/walk.ts";
import { contains, type Family, familyOf, formatCidr, parseCidr, parseIp } from "../../ip.ts";
import { southboundPort } from "../../well-known-ports.ts";
import { ownTable } from "./ruleset.ts";

/** A port of this host that other hosts must reach. */
interface NeededPort {
  /** What is behind it, in words. */
  readonly what: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
}

/** Where the cluster's other hosts reach this one. */
interface Reached {
  readonly address: string;
  readonly ports: readonly NeededPort[];
  /** Addresses of hosts that are known. */
  readonly peers: readonly string[];
}

/** Ports that a firewall of this host drops. */
interface ShutPorts {
  /** Who drops what, in words. */
  readonly seen: string;
  /** The line that opens them, to be typed. */
  readonly mend: string;
}

/**
 * What other hosts must reach of this one. Where the datapath is in userspace, tunnels' packets do not come to the host's firewall.
 * @param apiPorts of the API where this machine is a center, else none.
 */
export function neededPorts(replica: OpenVSwitchReplica, apiPorts: readonly number[]): readonly NeededPort[] {
  const tunnels = { what: "tunnels", protocol: "udp", port: tunnelPort(replica) } as const;
  return [
    ...apiPorts.map((port) => ({ what: "Fairway's API", protocol: "tcp", port }) as const),
    ...(apiPorts.length === 0
      ? []
      : [{ what: "OVN's Southbound", protocol: "tcp", port: southboundPort } as const]),
    ...(hasUserspaceDatapath(replica) ? [] : [tunnels]),
  ];
}

/**
 * Asks the rules in force what happens to what the cluster's hosts send to this one. What only the kernel can tell counts as open: somebody
 * has thought of it.
 * @returns undefined where nothing is dropped. @throws as `filtersInForce` does.
 */
export async function shutPorts({ address, ports, peers }: Reached): Promise<ShutPorts | undefined> {
  const own = linkOf(address);
  const sources = [undefined, ...peers.filter((peer) => familyOf(peer) === familyOf(address))];
  const filters = await filtersInForce({ table: ownTable });
  const shut = ports.flatMap((needed) => {
    const packets = sources.map((source) => packetTo(needed, address, own?.link ?? "", source));
    const droppers = filters.filter(({ fateOf }) => packets.some((packet) => fateOf(packet) === "dropped"));
    return droppers.length === 0 ? [] : [{ needed, droppers }];
  });
  if (shut.length === 0) return undefined;
  const ofCluster = sourcesOf(own?.subnet, peers);
  const lines = shut.flatMap(({ needed, droppers }) =>
    distinct(droppers).map((filter) =>
      openingLine(filter, {
        protocol: needed.protocol,
        port: needed.port,
        link: own?.link ?? "",
        sources: ofCluster,
      }),
    ),
  );
  const names = shut.map(
    ({ needed: { what, protocol, port } }) => `${protocol.toUpperCase()} ${port} (${what})`,
  );
  const keepers = new Set(shut.flatMap(({ droppers }) => droppers.map(nameOf)));
  return {
    seen: `${[...keepers].join(" and ")} on this host ${keepers.size === 1 ? "drops" : "drop"} what other hosts send to ${names.join(", ")}`,
    mend: [...new Set(await Promise.all(lines))].join(" && "),
  };
}

function packetTo(
  { protocol, port }: NeededPort,
  destination: string,
  link: string,
  source: string | undefined,
): Packet {
  const family: Family = familyOf(destination);
  const common = { family, protocol, port, link, destination, isLocal: true, isTranslated: false, mark: 0 };
  return source === undefined ? common : { ...common, source };
}

/** By one command ufw and firewalld open a port in all of their chains. */
function distinct(filters: readonly Filter[]): readonly Filter[] {
  const isByChain = ({ keeper }: Filter) => keeper === "iptables" || keeper === "nftables";
  return filters.filter(
    (filter, at) => isByChain(filter) || filters.findIndex(({ keeper }) => keeper === filter.keeper) === at,
  );
}

function nameOf({ keeper, program, place }: Filter): string {
  if (keeper === "iptables") return `${program} (${place})`;
  return keeper === "nftables" ? `nftables (${place})` : keeper;
}

/** The link that has an address, and the subnet in which that is there. */
function linkOf(address: string): { readonly link: string; readonly subnet: string } | undefined {
  for (const [link, addresses] of Object.entries(networkInterfaces()))
    for (const { address: each, cidr } of addresses ?? []) {
      if (each === address && cidr !== null) return { link, subnet: formatCidr(parseCidr(cidr)) };
    }
  return undefined;
}

/** The subnet of this host, and hosts outside of it. */
function sourcesOf(subnet: string | undefined, peers: readonly string[]): readonly string[] {
  if (subnet === undefined) return peers.toSorted();
  const own = parseCidr(subnet);
  const isOutside = (peer: string) => familyOf(peer) === own.family && !contains(own, parseIp(peer));
  return [subnet, ...peers.filter(isOutside).toSorted()];
}

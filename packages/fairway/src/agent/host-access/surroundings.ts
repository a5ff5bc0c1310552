import type { HostTaken } from "../../center/schemas/host.ts";
import { type OpenVSwitchReplica, tunnelEnds, tunnelPort } from "../../host/open-vswitch/open-vswitch.ts";
import type { ResolvConf } from "../../host/resolv-conf.ts";
import { type Cidr, formatCidr, singleAddress } from "../../ip.ts";
import { notForwarding } from "../firewall/kernel-settings.ts";
import type { HostFacts } from "../firewall/ruleset.ts";
import type { Links } from "../ports/links.ts";
import { ownInterfaces } from "../uplinks/host-addresses.ts";
import type { Routing } from "../uplinks/routing.ts";
import { toldOf } from "./told-surroundings.ts";

/** Kinds of links by which machines and containers are plugged into a bridge: veth pairs and taps. */
const virtualKinds: ReadonlySet<string> = new Set(["veth", "tun"]);

/** An address or subnet of this machine that is not ours to lead elsewhere. */
interface Taken {
  readonly cidr: Cidr;
  /** What stands behind "it has" or "it overlaps" in a sentence. */
  readonly what: string;
}

/** What is on this host beside Fairway. */
export interface Seen extends Omit<HostFacts, "services" | "ownAddresses"> {
  readonly taken: readonly Taken[];
  /** What the center is told of it, for whatever is decided for all hosts. */
  readonly told: readonly HostTaken[];
}

export interface SurroundingsParts {
  readonly routing: Pick<Routing, "othersRoutes">;
  readonly links: Pick<Links, "bridges" | "portKinds" | "nameOf">;
  readonly replica: OpenVSwitchReplica;
  readonly resolvConf: Pick<ResolvConf, "servers">;
  /** Servers that containers ask, where the host itself asks others; absent: there are none. */
  readonly containersServers?: () => Promise<readonly string[]>;
}

/** Looks at what is on this host beside Fairway. */
export async function lookAround({
  routing,
  links,
  replica,
  resolvConf,
  containersServers = async () => [],
}: SurroundingsParts): Promise<Seen> {
  const routes = await routing.othersRoutes();
  const byDefault = new Set(routes.flatMap(({ cidr, index }) => (cidr.prefix === 0 ? (index ?? []) : [])));
  const wireBridges = new Set<string>();
  const bridges = await links.bridges();
  for (const { index, name } of bridges)
    if (byDefault.has(index) || (await links.portKinds(index)).some((kind) => !virtualKinds.has(kind)))
      wireBridges.add(name);
  const others = bridges.flatMap(({ name }) => (wireBridges.has(name) ? [] : name));
  const [row] = replica.table("Open_vSwitch").rows();
  const addresses = ownInterfaces()
    .flat()
    .map(({ address }) => address);
  const servers = await resolvConf.servers();
  return {
    told: await toldOf({
      routes,
      addresses,
      servers: [...servers, ...(await containersServers())],
      nameOf: (index) => links.nameOf(index),
    }),
    taken: [
      ...routes
        .filter(({ cidr }) => cidr.prefix > 0)
        .map(({ cidr }) => ({ cidr, what: `this host's route ${formatCidr(cidr)}` })),
      ...addresses.flatMap((address) => single(address, "this host's address")),
      ...servers.flatMap((address) => single(address, "its name server")),
      ...tunnelEnds(replica).flatMap((address) => single(address, "another host's tunnel address")),
      ...single(
        /^(?:ssl|tcp):\[?([^\]]+?)\]?:\d+$/.exec(row?.external_ids["ovn-remote"] ?? "")?.[1],
        "the center's address",
      ),
    ],
    wireBridges,
    notForwarding: new Set(notForwarding()).difference(new Set(others)),
    tunnelPort: tunnelPort(replica),
  };
}

function single(address: string | undefined, what: string): readonly Taken[] {
  if (address === undefined) return [];
  try {
    const cidr = singleAddress(address.split("%", 1)[0] ?? "");
    return [{ cidr, what: `${what} ${address}` }];
  } catch {
    // A name, or nothing that anybody could lead somewhere.
    return [];
  }
}

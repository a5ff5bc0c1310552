import { type Cidr, formatCidr, parseIp } from "../../ip.ts";
import type { Links } from "../links.ts";
import type { ResolvConf } from "../names/resolv-conf.ts";
import { type OpenVSwitchReplica, tunnelEnds } from "../open-vswitch.ts";
import { ownInterfaces } from "./host-addresses.ts";
import { notForwarding } from "./kernel-settings.ts";
import type { Routing } from "./routing.ts";

/** Kinds of links by which machines and containers are plugged into a bridge: veth pairs and taps. */
const virtualKinds: ReadonlySet<string> = new Set(["veth", "tun"]);

/** An address or subnet of this machine that is not ours to lead elsewhere. */
interface Taken {
  readonly cidr: Cidr;
  /** What stands behind "it has" or "it overlaps" in a sentence. */
  readonly what: string;
}

/** What is on this host beside Fairway. */
export interface Seen {
  readonly taken: readonly Taken[];
  /** Bridges that lead to the wire: all others are somebody's for containers or virtual machines. */
  readonly wireBridges: ReadonlySet<string>;
  /** Links between which this host forwards no IPv6, as before our own needed it. */
  readonly notForwarding: ReadonlySet<string>;
}

export interface SurroundingsParts {
  readonly routing: Pick<Routing, "othersRoutes">;
  readonly links: Pick<Links, "bridges" | "portKinds">;
  readonly replica: OpenVSwitchReplica;
  readonly resolvConf: Pick<ResolvConf, "servers">;
}

/** Looks at what is on this host beside Fairway. */
export async function lookAround({ routing, links, replica, resolvConf }: SurroundingsParts): Promise<Seen> {
  const routes = await routing.othersRoutes();
  const byDefault = new Set(routes.flatMap(({ cidr, index }) => (cidr.prefix === 0 ? (index ?? []) : [])));
  const wireBridges = new Set<string>();
  const bridges = await links.bridges();
  for (const { index, name } of bridges)
    if (byDefault.has(index) || (await links.portKinds(index)).some((kind) => !virtualKinds.has(kind)))
      wireBridges.add(name);
  const others = bridges.flatMap(({ name }) => (wireBridges.has(name) ? [] : name));
  const [row] = replica.table("Open_vSwitch").rows();
  return {
    taken: [
      ...routes
        .filter(({ cidr }) => cidr.prefix > 0)
        .map(({ cidr }) => ({ cidr, what: `this host's route ${formatCidr(cidr)}` })),
      ...ownInterfaces()
        .flat()
        .flatMap(({ address }) => single(address, "this host's address")),
      ...(await resolvConf.servers()).flatMap((address) => single(address, "its name server")),
      ...tunnelEnds(replica).flatMap((address) => single(address, "another host's tunnel address")),
      ...single(
        /^(?:ssl|tcp):\[?([^\]]+?)\]?:\d+$/.exec(row?.external_ids["ovn-remote"] ?? "")?.[1],
        "the center's address",
      ),
    ],
    wireBridges,
    notForwarding: new Set(notForwarding()).difference(new Set(others)),
  };
}

function single(address: string | undefined, what: string): readonly Taken[] {
  if (address === undefined) return [];
  try {
    const { family, value } = parseIp(address.split("%", 1)[0] ?? "");
    const cidr = { family, prefix: family === 4 ? 32 : 128, first: value, last: value };
    return [{ cidr, what: `${what} ${address}` }];
  } catch {
    // A name, or nothing that anybody could lead somewhere.
    return [];
  }
}

import { hasEgress } from "../../intent/egress.ts";
import { isHostAccessOff } from "../../intent/host-access.ts";
import { keyOf } from "../../intent/indexes.ts";
import { soundCidr, takenOf } from "../../intent/parsed-rows.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Cidr, formatCidr, formatIp, singleAddress } from "../../ip.ts";
import { CidrIndex } from "./cidr-index.ts";
import { subnetsOf } from "./network-subnets.ts";

type Host = IntentRow<"Host">;
type Network = IntentRow<"Network">;

/** So many of a list stand in a sentence. */
const shownAtMost = 5;
/** Half of all addresses, or all: a default route, in whatever way somebody writes it. */
const widestRoute = 1;

/** Something that a host has beside Fairway. */
export interface OfHost {
  readonly host: string;
  readonly cidr: Cidr;
  /** To stand before a subnet. */
  readonly kind: string;
  /** In words, without the host: `route 10.0.0.0/8 (eth0)`. */
  readonly what: string;
}

/** What all hosts have beside Fairway: their routes but the default ones, their addresses, name servers and tunnel addresses. */
export function* takenByHosts(view: View): Iterable<OfHost> {
  for (const host of view.rows("Host")) yield* takenBy(host);
}

/**
 * Why a network's containers do not reach something that hosts have, and those hosts not the containers; undefined where nothing is in the
 * way. Of a network that leads to no host nobody expects it.
 */
export function networkOverlaps(view: View, network: Network): string | undefined {
  if (!hasEgress(view, network)) return undefined;
  const taken = takenIndex(view);
  const found = subnetsOf(view, network._uuid).flatMap((subnet) => overlapsOf(view, subnet, taken));
  if (found.length === 0) return undefined;
  const hosts = new Map<string, string[]>();
  for (const { subnet, what, host } of found) {
    const key = `${subnet} overlaps ${what}`;
    hosts.set(key, [...(hosts.get(key) ?? []), host]);
  }
  const said = Array.from(hosts, ([key, names]) => `${key} of ${firstFew(names, ", ")}`);
  const others = isHostAccessOff(network) ? "" : ", and those hosts do not reach its containers there";
  return `${firstFew(said, "; ")}: its containers do not reach that${others}`;
}

/** A subnet of a network that leads to hosts. */
interface LeadingSubnet {
  readonly network: string;
  readonly row: IntentRow<"Subnet">;
}

/** All subnets that `hostOverlaps` looks at. */
export function leadingSubnets(view: View): readonly LeadingSubnet[] {
  return Array.from(view.rows("Network")).flatMap((network) =>
    hasEgress(view, network)
      ? subnetsOf(view, network._uuid).map((row) => ({ network: network.name, row }))
      : [],
  );
}

/**
 * Which networks have something that a host has beside Fairway; undefined where none has.
 * @param subnets `leadingSubnets`: who asks for many hosts has them already.
 */
export function hostOverlaps(
  view: View,
  host: Host,
  subnets: readonly LeadingSubnet[] = leadingSubnets(view),
): string | undefined {
  const taken = new CidrIndex(takenBy(host));
  const found = subnets.flatMap(({ network, row }) =>
    overlapsOf(view, row, taken).map(
      ({ subnet, what }) => `its ${what} overlaps ${subnet} of network ${network}`,
    ),
  );
  return found.length === 0 ? undefined : firstFew(found.sort(), "; ");
}

function overlapsOf(view: View, row: IntentRow<"Subnet">, taken: CidrIndex<OfHost>) {
  const subnet = soundCidr(row);
  if (subnet === undefined) return [];
  return taken
    .overlapping(subnet)
    .filter(({ cidr, what }) => !isContainers(view, row, cidr, what))
    .map(({ host, what }) => ({ subnet: formatCidr(subnet), host, what }));
}

/** A name server may be a container. */
function isContainers(view: View, { _uuid }: IntentRow<"Subnet">, cidr: Cidr, what: string): boolean {
  if (!what.startsWith("name server")) return false;
  const ip = formatIp(cidr.family, cidr.first);
  return view.find("Address", "bySubnetIp", keyOf(_uuid, ip)).some(({ purpose }) => purpose === "endpoint");
}

/** The last index, and the rows that it was made of: who lists all networks asks for it again with each. */
let lastIndex: { readonly hosts: readonly Host[]; readonly taken: CidrIndex<OfHost> } | undefined;

function takenIndex(view: View): CidrIndex<OfHost> {
  const hosts = [...view.rows("Host")];
  const isSame =
    lastIndex?.hosts.length === hosts.length && lastIndex.hosts.every((row, at) => row === hosts[at]);
  if (lastIndex === undefined || !isSame) lastIndex = { hosts, taken: new CidrIndex(hosts.flatMap(takenBy)) };
  return lastIndex.taken;
}

const known = new WeakMap<Host, readonly OfHost[]>();

/** Rows are never changed in place: what is read of one stays. */
function takenBy(row: Host): readonly OfHost[] {
  const before = known.get(row);
  if (before !== undefined) return before;
  const { name: host, tunnel_address: tunnel } = row;
  const told = takenOf(row)
    .filter(({ cidr }) => cidr.prefix > widestRoute)
    .map(({ cidr, kind, device }) => {
      const shown = kind === "route" ? formatCidr(cidr) : formatIp(cidr.family, cidr.first);
      return {
        host,
        cidr,
        kind: `the ${kind}`,
        what: `${kind} ${shown}${device === undefined ? "" : ` (${device})`}`,
      };
    });
  const own =
    tunnel === null
      ? []
      : [{ host, cidr: singleAddress(tunnel), kind: "the tunnel address", what: `tunnel address ${tunnel}` }];
  const all = [...told, ...own];
  known.set(row, all);
  return all;
}

function firstFew(texts: readonly string[], between: string): string {
  const more = texts.length - shownAtMost;
  const first = texts.slice(0, shownAtMost).join(between);
  return more > 0 ? `${first}${between}and ${more} more` : first;
}

import { familyOf } from "../../ip.ts";
import { nameService } from "../names/address.ts";
import type { Leg } from "./leg.ts";
import { type Publication, placeOf } from "./publication.ts";
import type { Seen } from "./surroundings.ts";

/** The one table that is ours (nft(8)). */
export const ownTable = "inet fairway";

/**
 * Sets and maps of the table. A leg's number is its zone in conntrack and its mark: the zone says whose container sent a connection's
 * first packet, the mark to whose container it goes. The zone is set for that direction alone, so that answers are found
 * without one.
 */
const collections = {
  legs: "set legs { type ifname; }",
  guarded: "set guarded { type ifname; }",
  reaching: "set reaching { type ifname; }",
  closed: "set closed { type ifname; }",
  wire_bridges: "set wire_bridges { type ifname; }",
  not_forwarding: "set not_forwarding { type ifname; }",
  masqueraded: "set masqueraded { typeof ct original zone; }",
  zone_of: "map zone_of { typeof iifname : ct original zone; }",
  net4: "map net4 { type inet_proto . inet_service : mark; }",
  net6: "map net6 { type inet_proto . inet_service : mark; }",
  net_at4: "map net_at4 { type ipv4_addr . inet_proto . inet_service : mark; }",
  net_at6: "map net_at6 { type ipv6_addr . inet_proto . inet_service : mark; }",
  pub4: "map pub4 { type inet_proto . inet_service : ipv4_addr . inet_service; }",
  pub6: "map pub6 { type inet_proto . inet_service : ipv6_addr . inet_service; }",
  pub_at4: "map pub_at4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }",
  pub_at6: "map pub_at6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }",
} as const;

type CollectionName = keyof typeof collections;
const names = Object.keys(collections) as readonly CollectionName[];

/** The elements of each set and map, as nft writes them. */
export type Elements = ReadonlyMap<CollectionName, ReadonlySet<string>>;

const { address, port, listeningPort } = nameService;

/**
 * A bit of a packet's mark beside the legs' numbers: our table says by it that other people's firewalls may let a packet pass. It is
 * set for what containers send to the wire and get from it, and for answers; between containers and somebody's bridge his own rules decide.
 */
export const passMark = 0x10000;

/**
 * - `zone`: before anything else; nobody reaches a loopback address from afar, however it is published.
 * - `route`: by which leg a packet goes on: that of the published port, or for an answer the one that its connection came by.
 * - `names`: before what is published, for somebody may publish port 53 of all addresses.
 * - `publish`: `::1` is left to the socket that holds the port, for no packet can leave the loopback link in IPv6.
 * - `answers`: on a leg by which the host reaches containers of other hosts nobody begins anything.
 * - `enter`: where this host says so, containers get names from it, what is published and answers, and nothing else of the host.
 * - `guard`: into a network with NAT comes only what answers, or what is published; likewise to a bridge that is not the wire's. It comes before
 *   other people's filters, which look at its mark.
 * - `leave`: also what a published port turns back into its own network, or else its answer would go past the host; and what the host
 *   itself sends to containers on other hosts, which know the way back to its leg alone.
 */
const chains = `
  chain zone {
    type filter hook prerouting priority raw; policy accept;
    iifname @legs ip daddr 127.0.0.0/8 drop
    ct original zone set iifname map @zone_of
  }
  chain route {
    ct state new ct mark set ip daddr . meta l4proto . th dport map @net_at4
    ct state new ct mark set ip6 daddr . meta l4proto . th dport map @net_at6
    ct state new ct mark == 0 meta nfproto ipv4 fib daddr type local ct mark set meta l4proto . th dport map @net4
    ct state new ct mark == 0 meta nfproto ipv6 fib daddr type local ct mark set meta l4proto . th dport map @net6
    ct direction original ct mark != 0 meta mark set ct mark
    ct direction reply ct original zone != 0 meta mark set ct original zone
  }
  chain route_in { type filter hook prerouting priority mangle; policy accept; iifname != "lo" ip daddr 127.0.0.0/8 accept; jump route; }
  chain route_out { type route hook output priority mangle; policy accept; ip6 daddr ::1 accept; jump route; }
  chain publish {
    dnat ip to ip daddr . meta l4proto . th dport map @pub_at4
    dnat ip6 to ip6 daddr . meta l4proto . th dport map @pub_at6
    fib daddr type local dnat ip to meta l4proto . th dport map @pub4
    fib daddr type local dnat ip6 to meta l4proto . th dport map @pub6
  }
  chain names {
    iifname @legs ip daddr ${address} meta l4proto { tcp, udp } th dport ${port} dnat ip to ${address}:${listeningPort}
  }
  chain publish_in { type nat hook prerouting priority dstnat; policy accept; jump names; iifname != "lo" ip daddr 127.0.0.0/8 accept; jump publish; }
  chain publish_out { type nat hook output priority -100; policy accept; ip6 daddr ::1 accept; jump publish; }
  chain answers {
    type filter hook prerouting priority mangle - 1; policy accept;
    iifname @reaching ct direction reply accept
    iifname @reaching drop
  }
  chain enter {
    type filter hook input priority filter - 5; policy accept;
    iifname @closed ct state established,related accept
    iifname @closed ct status & dnat == dnat accept
    iifname @closed drop
  }
  chain guard {
    type filter hook forward priority filter - 5; policy accept;
    oifname @guarded ct direction original ct status & dnat == 0 drop
    iifname @legs meta oifkind "bridge" oifname != @wire_bridges ct direction original ct status & dnat == 0 drop
    iifname @not_forwarding oifname @not_forwarding meta nfproto ipv6 drop
    iifname != @legs oifname != @legs accept
    ct direction reply meta mark set meta mark | ${passMark} accept
    meta iifkind "bridge" iifname != @wire_bridges accept
    meta oifkind "bridge" oifname != @wire_bridges accept
    meta mark set meta mark | ${passMark}
  }
  chain leave {
    type nat hook postrouting priority srcnat; policy accept;
    ct original zone @masqueraded masquerade
    ct original zone != 0 oifname @legs ct status & dnat == dnat masquerade
    oifname @legs ip saddr 127.0.0.0/8 masquerade
    oifname @reaching fib saddr type local masquerade
  }`;

/** What the rules must know of this host, beside what is ours. */
export interface HostFacts extends Pick<Seen, "wireBridges" | "notForwarding"> {
  /** Whether its containers reach its services, or names alone. */
  readonly services: "all" | "names";
}

/** What stands in the sets and maps when a host has these legs and publishes these ports. */
export function elementsOf(
  legs: Iterable<Leg>,
  publications: Iterable<Publication>,
  { wireBridges, notForwarding, services }: HostFacts,
): Elements {
  const elements = new Map<CollectionName, Set<string>>(names.map((name) => [name, new Set()]));
  const add = (name: CollectionName, element: string) => elements.get(name)?.add(element);
  for (const name of wireBridges) add("wire_bridges", `"${name}"`);
  for (const name of notForwarding) add("not_forwarding", `"${name}"`);
  const numbers = new Map<string, number>();
  for (const { item, name, number } of legs) {
    add("legs", `"${name}"`);
    if (item.mode === "nat") add("guarded", `"${name}"`);
    if (item.kind === "reach") {
      add("reaching", `"${name}"`);
      continue;
    }
    if (services === "names") add("closed", `"${name}"`);
    numbers.set(item.network, number);
    add("zone_of", `"${name}" : ${number}`);
    if (item.mode === "nat") add("masqueraded", String(number));
  }
  for (const { network, protocol, hostAddress, hostPort, targets, relays } of publications) {
    const number = numbers.get(network);
    if (number === undefined) continue;
    const port = `${protocol} . ${hostPort}`;
    for (const { address, port: to } of relays)
      add(`pub${familyOf(address)}`, `${port} : ${address} . ${to}`);
    for (const { address, port: to } of targets) {
      const family = familyOf(address);
      if (family === 6 && hostAddress !== null && familyOf(hostAddress) === 4) continue;
      const place = placeOf(hostAddress, family);
      const isAny = place === "any";
      const key = isAny ? port : `${place} . ${port}`;
      add(isAny ? `net${family}` : `net_at${family}`, `${key} : ${number}`);
      add(isAny ? `pub${family}` : `pub_at${family}`, `${key} : ${address} . ${to}`);
    }
  }
  return elements;
}

/** The whole table, in place of any that was there: one transaction. */
export function wholeTable(elements: Elements): string {
  const declared = Object.values(collections).map((text) => `  ${text}`);
  return [
    `add table ${ownTable}`,
    `delete table ${ownTable}`,
    `table ${ownTable} {`,
    ...declared,
    chains.slice(1),
    "}",
    ...changes(new Map(), elements),
    "",
  ].join("\n");
}

/** A table that has these elements and no chain, and is gone when its transaction ends: whether nft and the kernel take them. */
export function trialTable(elements: Elements): string {
  const trial = `${ownTable}-trial`;
  const declared = Object.values(collections).map((text) => `  ${text}`);
  const adds = changes(new Map(), elements).map((line) => line.replace(ownTable, trial));
  return [`table ${trial} {`, ...declared, "}", ...adds, `delete table ${trial}`, ""].join("\n");
}

/** What makes the sets and maps of one into those of the other: nothing where they are equal. */
export function changes(from: Elements, to: Elements): string[] {
  const differences = (verb: string, one: Elements, other: Elements) =>
    names.flatMap((name) => {
      const more = [...(one.get(name) ?? [])].filter((element) => !other.get(name)?.has(element));
      return more.length === 0 ? [] : [`${verb} element ${ownTable} ${name} { ${more.join(", ")} }`];
    });
  // A map's key has one value: what goes, goes first.
  return [...differences("delete", from, to), ...differences("add", to, from)];
}

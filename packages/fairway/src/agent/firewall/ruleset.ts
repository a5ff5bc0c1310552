import type { HostAccessItem, HostUplinkItem } from "../../center/schemas/host-state.ts";
import { bareAddress, type Family, familyOf } from "../../ip.ts";
import { nameService } from "./name-service.ts";
import { type Publication, placeOf } from "./publication.ts";
import { restrictChain, restrictionOf, restrictionSets } from "./restrictions.ts";
import { deliveryMark, refusedMark } from "./uplink-numbers.ts";

/** The one table that is ours (nft(8)). */
export const ownTable = "inet fairway";

/**
 * Sets and maps of the table. An uplink's number is its zone in conntrack and its mark: the zone says whose container sent a connection's
 * first packet, the mark to whose container it goes. The zone is set for that direction alone, so that answers are found
 * without one.
 */
const collections = {
  uplinks: "set uplinks { type ifname; }",
  guarded: "set guarded { type ifname; }",
  host_access: "set host_access { type ifname; }",
  wire_uplinks: "set wire_uplinks { type ifname; }",
  elsewhere: "set elsewhere { type ifname; }",
  closed: "set closed { type ifname; }",
  wire_bridges: "set wire_bridges { type ifname; }",
  not_forwarding: "set not_forwarding { type ifname; }",
  tunnel_ports: "set tunnel_ports { type inet_service; }",
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
  ...restrictionSets,
  host_at4: "map host_at4 { type ipv4_addr : ipv4_addr; }",
  host_at6: "map host_at6 { type ipv6_addr : ipv6_addr; }",
} as const;

type CollectionName = keyof typeof collections;
const names = Object.keys(collections) as readonly CollectionName[];

/** The elements of each set and map, as nft writes them. */
export type Elements = ReadonlyMap<CollectionName, ReadonlySet<string>>;

const { address, port, listeningPort } = nameService;

/**
 * A bit of a packet's mark beside the uplinks' numbers: our table says by it that other people's firewalls may let a packet pass. It is
 * set for what containers send to the wire and get from it, for answers, and for questions for names; between containers and somebody's bridge
 * his own rules decide.
 */
export const passMark = 0x10000;

/**
 * - `zone`: before anything else; nobody reaches a loopback address from afar, however it is published.
 * - `restrict`: before all that leads on: who begins something with a published port that is not for him gets a mark, by which it is led
 *   nowhere, and `enter` refuses it; `guard` drops what of a flow that began before is on its way. What the host itself begins is not looked at.
 * - `route`: by which uplink a packet goes on: that of the published port, or for an answer the one that its connection came by.
 * - `names`: before what is published, for somebody may publish port 53 of all addresses.
 * - `questions`: other people's filters, which come later, let a question for names pass by its mark; nothing else that an uplink brings has it.
 * - `publish`: `::1` is left to the socket that holds the port, for no packet can leave the loopback link in IPv6.
 * - `gateway_in`: what a container sends to its gateway comes here for the uplink's address, which every uplink has. It gets the address that this
 *   host calls itself by, from which also a service that answers by a socket without one sends: after what is published, and not where
 *   containers get names alone.
 * - `answers`: on an uplink by which the host reaches containers of other hosts nobody begins anything.
 * - `enter`: where this host says so, containers get names from it, what is published and answers, and nothing else of the host.
 * - `guard`: into a network with NAT, and by the host into one on a wire, comes only what answers, or is published; likewise to a bridge that is not the
 *   wire's. Out of a network on a wire the host leads questions for names alone. It comes before other people's filters, which look at its mark.
 * - `leave`: also what a published port turns back into its own network, or else its answer would go past the host; and what the host
 *   itself sends to containers on other hosts, which know the way back to its uplink alone, as those do that leave by a wire or by a router's gateway.
 * - Tunnels' packets are believed by their sender's address: `enter`, `guard` and `tunnels` see to it that no container, ours or on somebody's
 *   bridge, sends one under this host's address or under that of a third.
 */
const chains = `
  chain zone {
    type filter hook prerouting priority raw; policy accept;
    iifname @uplinks ip daddr 127.0.0.0/8 drop
    ct original zone set iifname map @zone_of
  }
  chain route {
    ct state new ct mark set ip daddr . meta l4proto . th dport map @net_at4
    ct state new ct mark set ip6 daddr . meta l4proto . th dport map @net_at6
    ct state new ct mark == 0 meta nfproto ipv4 fib daddr type local ct mark set meta l4proto . th dport map @net4
    ct state new ct mark == 0 meta nfproto ipv6 fib daddr type local ct mark set meta l4proto . th dport map @net6
    ct direction original ct mark != 0 meta mark set ct mark
    ct direction reply ct original zone != 0 meta mark set ct original zone
  }${restrictChain}
  chain route_in {
    type filter hook prerouting priority mangle; policy accept;
    iifname != "lo" ip daddr 127.0.0.0/8 accept
    iifname != "lo" ct state new fib daddr type local jump restrict
    meta mark & ${refusedMark} == ${refusedMark} accept
    jump route
  }
  chain route_out { type route hook output priority mangle; policy accept; ip6 daddr ::1 accept; jump route; }
  chain publish {
    dnat ip to ip daddr . meta l4proto . th dport map @pub_at4
    dnat ip6 to ip6 daddr . meta l4proto . th dport map @pub_at6
    fib daddr type local dnat ip to meta l4proto . th dport map @pub4
    fib daddr type local dnat ip6 to meta l4proto . th dport map @pub6
  }
  chain names {
    iifname @uplinks ip daddr ${address} meta l4proto { tcp, udp } th dport ${port} dnat ip to ${address}:${listeningPort}
  }
  chain questions {
    type filter hook prerouting priority mangle + 2; policy accept;
    iifname @uplinks meta mark set meta mark & ${0xffffffff - passMark}
    iifname @uplinks ip daddr ${address} meta l4proto { tcp, udp } th dport ${port} meta mark set meta mark | ${passMark}
    iifname @uplinks meta mark & ${deliveryMark} == ${deliveryMark} meta mark set meta mark | ${passMark}
  }
  chain publish_in { type nat hook prerouting priority dstnat; policy accept; jump names; iifname != "lo" ip daddr 127.0.0.0/8 accept; meta mark & ${refusedMark} == ${refusedMark} accept; jump publish; }
  chain publish_out { type nat hook output priority -100; policy accept; ip6 daddr ::1 accept; jump publish; }
  chain gateway_in {
    type nat hook prerouting priority dstnat + 1; policy accept;
    iifname @closed accept
    iifname @uplinks dnat ip to ip daddr map @host_at4
    iifname @uplinks dnat ip6 to ip6 daddr map @host_at6
  }
  chain answers {
    type filter hook prerouting priority mangle - 1; policy accept;
    iifname @host_access ct direction reply accept
    iifname @host_access drop
  }
  chain enter {
    type filter hook input priority filter - 5; policy accept;
    iifname @uplinks udp dport @tunnel_ports ct direction original drop
    meta mark & ${refusedMark} == ${refusedMark} meta l4proto tcp reject with tcp reset
    meta mark & ${refusedMark} == ${refusedMark} reject
    iifname @closed ct state established,related accept
    iifname @closed ct status & dnat == dnat accept
    iifname @closed meta mark & ${deliveryMark} == ${deliveryMark} accept
    iifname @closed drop
  }
  chain guard {
    type filter hook forward priority filter - 5; policy accept;
    iifname @uplinks udp dport @tunnel_ports ct direction original drop
    meta mark & ${refusedMark} == ${refusedMark} drop
    meta iifkind "bridge" udp dport @tunnel_ports fib saddr . iif oif missing drop
    oifname @guarded ct direction original ct status & dnat == 0 drop
    iifname @uplinks meta oifkind "bridge" oifname != @wire_bridges ct direction original ct status & dnat == 0 drop
    iifname @wire_uplinks ct direction original ct status & dnat == 0 meta l4proto != { tcp, udp } drop
    iifname @wire_uplinks ct direction original ct status & dnat == 0 th dport != ${port} drop
    iifname @not_forwarding oifname @not_forwarding meta nfproto ipv6 drop
    iifname != @uplinks oifname != @uplinks accept
    ct direction reply meta mark set meta mark | ${passMark} accept
    meta iifkind "bridge" iifname != @wire_bridges accept
    meta oifkind "bridge" oifname != @wire_bridges accept
    meta mark set meta mark | ${passMark}
  }
  chain leave {
    type nat hook postrouting priority srcnat; policy accept;
    ct original zone @masqueraded masquerade
    ct original zone != 0 oifname @uplinks ct status & dnat == dnat masquerade
    oifname @uplinks ip saddr 127.0.0.0/8 masquerade
    oifname @host_access fib saddr type local masquerade
    oifname @elsewhere masquerade
  }
  chain tunnels {
    type filter hook postrouting priority srcnat + 1; policy accept;
    meta iifkind "bridge" udp dport @tunnel_ports ct status & snat == snat drop
  }`;

/** An uplink as far as the rules name it. */
export interface RuledUplink {
  readonly item: Pick<HostUplinkItem | HostAccessItem, "key" | "kind" | "network" | "mode" | "addresses"> &
    Partial<Pick<HostUplinkItem, "leavesElsewhere">>;
  /** Of its interface. */
  readonly name: string;
  /** Its zone and mark; 0 of one that has none. */
  readonly number: number;
}
/**
 * A question for names goes to the agent where that takes the asked server's place on the uplink; where the agent is not there, it flows
 * past. Old kernels have no such look at sockets (nft_socket, Linux 4.18).
 */
const deliver = `
  chain deliver {
    type filter hook prerouting priority mangle + 1; policy accept;
    iifname @uplinks meta l4proto { tcp, udp } th dport ${port} socket transparent 1 meta mark set meta mark | ${deliveryMark}
  }`;

/** What the rules must know of this host, beside what is ours. */
export interface HostFacts {
  /** Bridges that lead to the wire: all others are somebody's for containers or virtual machines. */
  readonly wireBridges: ReadonlySet<string>;
  /** Links between which this host forwards no IPv6, as before our own needed it. */
  readonly notForwarding: ReadonlySet<string>;
  /** To which UDP port hosts send what their tunnels carry. */
  readonly tunnelPort: number;
  /** Whether its containers reach its services, or names alone. */
  readonly services: "all" | "names";
  /** What it calls itself to its containers; a family without an address is left out. */
  readonly ownAddresses: ReadonlyMap<Family, string>;
}

/** What stands in the sets and maps when a host has these uplinks and publishes these ports. */
export function elementsOf(
  uplinks: Iterable<RuledUplink>,
  publications: Iterable<Publication>,
  { wireBridges, notForwarding, tunnelPort, services, ownAddresses }: HostFacts,
): Elements {
  const elements = new Map<CollectionName, Set<string>>(names.map((name) => [name, new Set()]));
  const add = (name: CollectionName, element: string) => elements.get(name)?.add(element);
  add("tunnel_ports", String(tunnelPort));
  for (const name of writable(wireBridges)) add("wire_bridges", name);
  for (const name of writable(notForwarding)) add("not_forwarding", name);
  const numbers = new Map<string, number>();
  /** Of the host's own addresses, those of the uplinks, for which containers' gateways are led here. */
  const standIns = new Map<string, Set<string>>();
  for (const { item, name, number } of uplinks) {
    add("uplinks", `"${name}"`);
    if (item.mode !== "routed") add("guarded", `"${name}"`);
    if (item.mode === "wire") add("wire_uplinks", `"${name}"`);
    if (item.mode === "wire" || item.leavesElsewhere === true) add("elsewhere", `"${name}"`);
    if (item.kind === "host-access") {
      add("host_access", `"${name}"`);
      continue;
    }
    if (services === "names") add("closed", `"${name}"`);
    numbers.set(item.network, number);
    add("zone_of", `"${name}" : ${number}`);
    if (item.mode !== "routed") add("masqueraded", String(number));
    for (const address of item.addresses.map(bareAddress)) {
      const own = ownAddresses.get(familyOf(address));
      if (own === undefined) continue;
      add(`host_at${familyOf(address)}`, `${address} : ${own}`);
      standIns.set(own, (standIns.get(own) ?? new Set()).add(address));
    }
  }
  for (const publication of publications) {
    const { network, protocol, hostAddress, hostPort, targets, relays } = publication;
    const number = numbers.get(network);
    if (number === undefined) continue;
    for (const [name, element] of restrictionOf(publication, { standIns, ownAddresses })) add(name, element);
    const port = `${protocol} . ${hostPort}`;
    for (const { address, port: to } of relays)
      add(`pub${familyOf(address)}`, `${port} : ${address} . ${to}`);
    for (const { address, port: to } of targets) {
      const family = familyOf(address);
      if (family === 6 && hostAddress !== null && familyOf(hostAddress) === 4) continue;
      const place = placeOf(hostAddress, family);
      const isAny = place === "any";
      for (const at of [place, ...(standIns.get(place) ?? [])]) {
        const key = isAny ? port : `${at} . ${port}`;
        add(isAny ? `net${family}` : `net_at${family}`, `${key} : ${number}`);
        add(isAny ? `pub${family}` : `pub_at${family}`, `${key} : ${address} . ${to}`);
      }
    }
  }
  return elements;
}

/** Names that this host's links have, as nft takes them: a `*` at the end means itself, and what has a quotation mark it takes by no means. */
function writable(names: ReadonlySet<string>): readonly string[] {
  return [...names].filter((name) => !name.includes('"')).map((name) => `"${name.replace(/\*$/, "\\*")}"`);
}

/**
 * The whole table, in place of any that was there: one transaction.
 * @param delivers whether it looks for the agent's sockets in other servers' places.
 */
export function wholeTable(elements: Elements, delivers: boolean): string {
  const declared = Object.values(collections).map((text) => `  ${text}`);
  return [
    `add table ${ownTable}`,
    `delete table ${ownTable}`,
    `table ${ownTable} {`,
    ...declared,
    chains.slice(1),
    ...(delivers ? [deliver.slice(1)] : []),
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

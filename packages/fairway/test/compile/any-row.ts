import fc from "../../../../test/fast-check.ts";
import { derive } from "../../src/identity.ts";
import type { TableName } from "../../src/intent/indexes.ts";
import type { IntentRow } from "../../src/intent/view.ts";
import { anyUuid, maybe, often, type Table, uuidOf } from "./any-value.ts";

type Columns<T extends TableName> = Omit<IntentRow<T>, "_uuid">;

/** They overlap, and one is none. */
const cidr = fc.constantFrom("10.1.0.0/24", "10.1.0.0/16", "10.2.0.0/24", "fd00:1::/64", "10.1.0.0/x");
const status = fc.constantFrom({}, { northbound: "refused" }, { port: "in use" });
/** Targets that two of three networks share, in all ways; and one that is none. */
const labels = fc.constantFrom<Readonly<Record<string, string>>>(
  {},
  { a: "b" },
  { rt: "64512:100" },
  { rt: "64512:100, 64512:200" },
  { "rt.import": "64512:100", "rt.export": "64512:200" },
  { "rt.import": "64512:200", "rt.export": "64512:100,nonsense" },
);
const options = fc.constantFrom<Readonly<Record<string, string>>>(
  {},
  { "port-security": "off" },
  { "port-security": "strict" },
  { network: "a" },
  { rt: "target:64512:100" },
  { icc: "false" },
);

/** Whatever the columns that something is compiled of may hold, also what no center would write. */
const columns: { readonly [T in Table]: fc.Arbitrary<Columns<T>> } = {
  Host: fc.record({
    name: fc.constantFrom("h1", "h2"),
    system_id: fc.constantFrom("one", "two", "a,b"),
    tunnel_address: maybe(fc.constantFrom("10.200.0.1", "10.200.0.2")),
    underlay_mtu: fc.constant(null),
    taken: fc.constantFrom([], ["10.50.0.0/16 route eth0"]),
    versions: fc.constantFrom({}, { kernel: "6" }),
    labels: fc.constantFrom({}, { rack: "4" }),
    state: fc.constantFrom("up", "down"),
    state_since: fc.constant(null),
    admitted_key: fc.constant(null),
    number: maybe(fc.integer({ min: 2, max: 4 })),
  }),
  Network: fc.record({
    name: fc.constantFrom("blue", "red", "gr een"),
    attachable: fc.boolean(),
    changed: fc.constantFrom<readonly ("labels" | "mtu")[]>([], ["labels"], ["labels", "mtu"]),
    claimed: often(true, false),
    internal: often(false, true),
    labels,
    mode: often("nat", "routed", "isolated", "flat"),
    mtu: fc.constantFrom(1442, 1300),
    mtu_asked: fc.constant(null),
    options,
    origin: often("docker", "api"),
    origin_host: fc.constant(null),
    removal: often(null, "mirrors", "everywhere"),
    scope: often("cluster", "host"),
    physical_network: maybe(anyUuid("Physical_Network")),
    segment: maybe(fc.constantFrom(7, 1_000)),
    zone: maybe(anyUuid("Zone")),
    shared_with: often<readonly string[]>([], [derive("test", "Organization", "0")]),
    status,
  }),
  Physical_Network: fc.record({
    name: fc.constantFrom("lan", "office"),
    type: fc.constantFrom("vlan", "flat", "overlay", "local", "vtep"),
    ranges: fc.constant(["1-1000"]),
    peers: fc.constantFrom([], ["192.0.2.9"]),
    tunnel_port: fc.constant(null),
    mtu: fc.constant(null),
    options: fc.constant({}),
    status: fc.constant({}),
  }),
  Physical_Port: fc.record({
    physical_network: anyUuid("Physical_Network"),
    name: fc.constantFrom("eth1", "eth2"),
    host: maybe(anyUuid("Host")),
    take_address: fc.boolean(),
    options: fc.constant({}),
  }),
  Subnet: fc.record({
    cidr,
    dns: fc.constant([]),
    gateway: maybe(fc.constantFrom("10.1.0.1", "10.2.0.1", "fd00:1::1")),
    host_routes: fc.constant([]),
    managed: fc.constant(true),
    network: maybe(anyUuid("Network")),
    options: fc.constant({}),
    ranges: fc.constant([]),
  }),
  Address: fc.record({
    subnet: anyUuid("Subnet"),
    organization: maybe(fc.constant(derive("test", "Organization", "0"))),
    ip: fc.constantFrom("10.1.0.7", "10.1.0.8", "fd00:1::7", "nonsense", "10.1.0.1", "10.2.0.1"),
    purpose: often("endpoint", "further", "auxiliary", "gateway", "reserved", "vip"),
    endpoint: maybe(anyUuid("Endpoint")),
    host: fc.constant(null),
    expires: fc.constant(null),
    since: maybe(fc.constantFrom(1, 2)),
    note: fc.constant(""),
    labels: fc.constant({}),
  }),
  Endpoint: fc.record({
    network: anyUuid("Network"),
    organization: maybe(fc.constant(derive("test", "Organization", "0"))),
    host: maybe(anyUuid("Host")),
    name: often<string | null>(null, "vm1", "vm2"),
    pinned: fc.boolean(),
    mac: fc.constantFrom("0a:00:00:00:00:01", "0a:00:00:00:00:02"),
    names: fc.constantFrom([], ["web"]),
    labels: fc.constant({}),
    given: fc.constant(null),
    lost: often<readonly string[]>([], ["10.1.0.7"]),
    options: fc.constantFrom<Readonly<Record<string, string>>>(
      {},
      { "fairway.trunk": "20,10" },
      { "fairway.promiscuous": "true", "fairway.rate": "1.5mbit" },
      { "fairway.rate": "4gbit" },
      { "fairway.publish-from": "10.0.0.0/8, nonsense" },
      { "fairway.addresses": "10.1.0.60,10.9.0.0/24,fd09::/64, nonsense" },
    ),
    groups: often<readonly string[]>([], ["web"], ["db", "web"], ["nobody"]),
    label_groups: often<readonly string[]>([], ["db"], ["nobody", "web"]),
    published_ports: fc.constantFrom<Readonly<Record<string, number>>>(
      {},
      { "tcp * 8080": 80 },
      { nonsense: 80 },
    ),
    request: fc.constantFrom("r1", "r2"),
    status,
  }),
  Router: fc.record({
    name: fc.constantFrom("r1", "r2"),
    routes: fc.constantFrom<Readonly<Record<string, string>>>(
      {},
      { "10.9.0.0/16": "10.1.0.9", "fd09::/64": "fd00:1::9" },
      { "0.0.0.0/0": "10.2.0.9", "10.1.0.0/x": "10.1.0.9", "10.8.0.0/16": "nonsense" },
    ),
    organization: often<string | null>(null, derive("test", "Organization", "0")),
    zone_policy: fc.constantFrom("allow", "deny", null),
    zone_rules: fc.constantFrom<Readonly<Record<string, string>>>(
      {},
      { "a > b/tcp/80,8000-8100": "allow", "b > *": "drop" },
      { "* > b/icmp": "reject", "a > a": "allow", "b > a": "nonsense" },
    ),
    labels: fc.constant({}),
    options: fc.constantFrom<Readonly<Record<string, string>>>({}, { multicast: "true" }),
    status,
  }),
  Zone: fc.record({
    name: fc.constantFrom("o/d/a", "o/d/b"),
    router: anyUuid("Router"),
    labels: fc.constant({}),
    options: fc.constant({}),
  }),
  Policy: fc.record({
    name: fc.constantFrom("baseline", "o/baseline", "blue/baseline"),
    organization: fc.constant(null),
    rules: fc.constantFrom<Readonly<Record<string, string>>>(
      {},
      { "ingress tcp 22 from group db": "allow", "ingress tcp 22 from any": "reject" },
      { "egress any to network blue": "allow", "egress any to zone o/d/a": "drop" },
    ),
    labels: fc.constant({}),
    options: fc.constant({}),
    status,
  }),
  Vip: fc.record({
    network: anyUuid("Network"),
    ip: fc.constantFrom("10.1.0.100", "fd00::100"),
    members: often<readonly string[]>(["web"], ["vm1", "web"], [], ["nobody"]),
    labels: fc.constant({}),
    options: fc.constant({}),
    status,
  }),
  Security_Group: fc.record({
    name: fc.constantFrom("web", "db", "blue/web"),
    organization: fc.constant(null),
    joinable_by_label: fc.boolean(),
    rules: fc.constantFrom<Readonly<Record<string, string>>>(
      {},
      { "ingress tcp 80,8000-8100 from group db": "allow", "egress any to network blue": "drop" },
      { "egress udp 53 to zone o/d/a": "allow", "ingress icmp from group blue/web": "reject" },
      { "egress tcp 443 to *.debian.org": "allow", "egress any to deb.example.com": "allow" },
      { "ingress tcp 22 from hosts": "allow", "ingress tcp 0": "allow", "ingress any from any": "nonsense" },
    ),
    resolved: fc.constantFrom<Readonly<Record<string, number>>>(
      {},
      { "*.debian.org 203.0.113.10": 1, "*.debian.org 2001:db8::10": 1, nonsense: 1 },
    ),
    expired: fc.constantFrom<Readonly<Record<string, number>>>({}, { "deb.example.com 203.0.113.11": 1 }),
    labels: fc.constant({}),
    options: fc.constant({}),
    status,
  }),
  Router_Interface: fc.record({
    router: anyUuid("Router"),
    network: anyUuid("Network"),
    addresses: fc.constantFrom<readonly string[]>([], ["10.1.0.254"], ["10.2.0.254", "fd00:1::fe"]),
    claims: fc.constant({}),
    options: fc.constant({}),
  }),
  Router_Gateway: fc.record({
    router: anyUuid("Router"),
    network: anyUuid("Network"),
    addresses: fc.constantFrom<readonly string[]>(
      [],
      ["10.1.0.20"],
      ["10.2.0.20", "fd00:1::20"],
      ["nonsense"],
    ),
    snat: fc.boolean(),
    hosts: fc.oneof(
      anyUuid("Host").map((host) => ({ 0: host })),
      fc.tuple(anyUuid("Host"), anyUuid("Host")).map(([one, other]) => ({ 1: one, 3: other })),
    ),
    readiness: fc.oneof(
      fc.constant({}),
      fc.tuple(anyUuid("Host"), fc.constantFrom("", "no")).map(([host, told]) => ({ [host]: told })),
    ),
    holder: maybe(anyUuid("Host")),
  }),
  Host_Access: fc.record({
    host: anyUuid("Host"),
    network: anyUuid("Network"),
    until: fc.constantFrom(1, 2),
  }),
  Docker_Pool: fc.record({
    host: anyUuid("Host"),
    engine_id: fc.constantFrom("e1", "e2"),
    subnet: anyUuid("Subnet"),
    address_space: maybe(fc.constant("a")),
    automatic: fc.boolean(),
    foreign_network: maybe(fc.constant("e1")),
    remade_network: maybe(anyUuid("Docker_Network")),
    expires: fc.constant(null),
  }),
  Docker_Network: fc.record({
    host: anyUuid("Host"),
    network: anyUuid("Network"),
    organization: maybe(fc.constant(derive("test", "Organization", "0"))),
    engine_id: fc.constantFrom("e1", "e2"),
    name: maybe(fc.constantFrom("blue", "red")),
    handle: fc.constantFrom("made", "joined", "mirrored"),
    attachable: fc.boolean(),
    outdated: fc.boolean(),
    options,
    ipam_options: fc.constantFrom({}, { network: "a", b: "c" }),
    driver: fc.constantFrom(null, "vlcp", "ovs"),
    ranges: fc.constant({}),
    gateways: fc.constantFrom<readonly string[]>([], ["10.1.0.0/24"]),
    use: maybe(fc.constantFrom("", "web")),
  }),
  Docker_Endpoint: fc.record({
    host: anyUuid("Host"),
    engine_id: fc.constantFrom("e1", "e2"),
    docker_network: anyUuid("Docker_Network"),
    endpoint: anyUuid("Endpoint"),
    container_id: maybe(fc.constantFrom("c1", "c2")),
    container_name: maybe(fc.constantFrom("web", "db")),
  }),
  Container_Port: fc.record({
    host: anyUuid("Host"),
    container_id: maybe(fc.constantFrom("c1", "c2")),
    endpoint: maybe(anyUuid("Endpoint")),
    protocol: fc.constantFrom("tcp", "udp"),
    port: fc.constantFrom(53, 80),
    sources: fc.constantFrom<readonly string[]>([], ["10.0.0.0/8"], ["0.0.0.0/0", "::/0"]),
  }),
  Container_Groups: fc.record({
    host: anyUuid("Host"),
    container_id: fc.constantFrom("c1", "c2"),
    network: maybe(anyUuid("Network")),
    groups: often<readonly string[]>(["web"], ["db", "nobody"]),
  }),
  Publication: fc.record({
    host: anyUuid("Host"),
    container_id: fc.constantFrom("c1", "c2"),
    network: maybe(anyUuid("Network")),
    protocol: fc.constantFrom("tcp", "udp"),
    port: fc.constantFrom(53, 80),
    host_port: fc.constantFrom(8080, 8081),
    told: fc.constantFrom(null, "", "in use"),
  }),
};

/** What no two rows of a table share (the schema's indexes): a network is on one router, and a router has one gateway; here a network has one VIP. The last network is on none. */
function ownOf(table: Table, at: number): object {
  if (table === "Router_Interface" || table === "Vip") return { network: uuidOf("Network", at) };
  return table === "Router_Gateway" ? { router: uuidOf("Router", at) } : {};
}

/** One of a table's few rows. */
export function rowAt<T extends Table>(table: T, at: number): fc.Arbitrary<Columns<T>> {
  return columns[table].map((row) => ({ ...row, ...ownOf(table, at) }));
}

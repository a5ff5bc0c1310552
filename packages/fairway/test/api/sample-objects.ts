import { organization, policy, router, routeTarget, securityGroup, vip, zone } from "./sample-routers.ts";
import { uuidOf } from "./sample-uuids.ts";

export { uuidOf };
export const engineIdOf = (digit: string): string => digit.repeat(64);

const host = {
  uuid: uuidOf("a"),
  name: "node-1",
  systemId: "chassis-1",
  tunnelAddress: "192.0.2.11",
  underlayMtu: 1500,
  versions: { docker: "26.1.5" },
  labels: { rack: "4" },
  taken: [{ cidr: "10.50.0.0/16", kind: "route" as const, device: "eth0" }],
  state: "up" as const,
  stateSince: null,
  lastHeard: null,
  endpoints: 1,
  revision: "1100110011001100",
  status: {},
};

const subnetInNetwork = {
  uuid: uuidOf("c"),
  cidr: "10.1.0.0/24",
  gateway: "10.1.0.1",
  ranges: [],
  hostRoutes: [],
  dns: [],
  auxiliaries: [],
  options: {},
  used: 2,
};

const network = {
  uuid: uuidOf("b"),
  name: "blue",
  displayName: null,
  claimed: true,
  mode: "nat" as const,
  internal: false,
  attachable: false,
  mtu: { asked: null, effective: 1442 },
  options: {},
  labels: { team: "web" },
  origin: "docker" as const,
  originHost: "node-1",
  scope: "cluster" as const,
  subnets: [subnetInNetwork],
  endpoints: 1,
  outdated: { count: 0, containers: [] },
  zone: null,
  organization: null,
  sharedWith: [],
  router: null,
  routeTargets: {
    imports: ["64512:100"],
    exports: ["64512:100"],
    reaches: { count: 1, networks: ["shop"] },
    reachedFrom: { count: 1, networks: ["shop"] },
  },
  hostAccess: { cidrs: ["10.1.0.0/24"], overlaps: [] },
  engines: [
    {
      host: "node-1",
      engineId: engineIdOf("1"),
      name: "blue",
      driver: "fairway",
      ignored: [],
      handle: "made" as const,
      outdated: false,
    },
  ],
  revision: "0123456789abcdef",
  status: {},
};

const subnet = {
  ...subnetInNetwork,
  network: { uuid: network.uuid, name: network.name },
  revision: "fedcba9876543210",
};

const endpoint = {
  uuid: uuidOf("d"),
  network: { uuid: network.uuid, name: "blue" },
  organization: null,
  mac: "02:42:0a:01:00:07",
  addresses: ["10.1.0.7/24"],
  host: "node-1",
  names: ["web"],
  labels: {},
  options: {},
  groups: [],
  ports: [{ protocol: "tcp" as const, port: 80, hostAddress: null, hostPort: 8080 }],
  engine: {
    networkId: engineIdOf("1"),
    endpointId: engineIdOf("2"),
    containerId: engineIdOf("3"),
    containerName: "web-1",
  },
  request: "first",
  status: {},
};

const port = {
  uuid: uuidOf("8"),
  name: "vm1",
  ifaceId: uuidOf("8"),
  network: { uuid: network.uuid, name: "blue" },
  organization: null,
  mac: "0a:42:0a:01:00:32",
  mtu: 1442,
  addresses: ["10.1.0.50/24"],
  gateways: ["10.1.0.1"],
  routes: [{ destination: "10.9.0.0/24", nextHop: "10.1.0.9" }],
  dns: ["169.254.53.53"],
  host: "node-1",
  pinned: false,
  plugged: true,
  hasPeers: false,
  isGuarded: true,
  labels: {},
  options: {},
  revision: "8899aabbccddeeff",
  request: "second",
  status: {},
};

const address = {
  uuid: uuidOf("9"),
  ip: "10.1.0.7",
  purpose: "endpoint" as const,
  subnet: { uuid: uuidOf("c"), cidr: "10.1.0.0/24" },
  network: { uuid: network.uuid, name: "blue" },
  endpoint: endpoint.uuid,
  holder: { kind: "container" as const, name: "web-1", host: "node-1" },
  host: "node-1",
  published: endpoint.ports,
  note: "",
  labels: {},
  since: "2026-11-25T12:00:00.000Z",
  expires: null,
  revision: "00112233445566aa",
};

const reservation = {
  ...address,
  uuid: uuidOf("7"),
  ip: "10.1.0.9",
  purpose: "reserved" as const,
  endpoint: null,
  holder: { kind: "reservation" as const, name: "printer", host: null },
  host: null,
  published: [],
  note: "printer",
};

const addressUse = {
  uuid: uuidOf("6"),
  ip: "10.1.0.7",
  network: { uuid: network.uuid, name: "blue" },
  subnet: "10.1.0.0/24",
  holder: { kind: "container" as const, name: "web-0", host: "node-1" },
  endpoint: uuidOf("5"),
  since: "2026-11-24T12:00:00.000Z",
  until: "2026-11-25T11:59:00.000Z",
};

const dockerEndpoint = {
  endpoint: endpoint.uuid,
  network: network.uuid,
  mac: endpoint.mac,
  mtu: 1442,
  addresses: endpoint.addresses,
  gateway: "10.1.0.1",
  engineGateway: false,
  routes: [],
  hasUplink: true,
  hasPeers: false,
  isGuarded: true,
};

const status = {
  well: true,
  troubles: [],
  troubleCount: 0,
  hosts: [{ name: "node-1", state: "up" as const, stateSince: null, version: "0.1.0", endpoints: 1 }],
  version: "0.1.0",
  ovn: "23.03.1",
  leader: { name: "node-1", epoch: 3, self: true },
  stores: { intent: "connected" as const, northbound: "connected" as const },
  counts: { hosts: 1, networks: 1, endpoints: 1, addresses: 2 },
  unowned: [],
  foreignBindings: [],
  pending: 0,
};

const trace = {
  from: { kind: "container" as const, name: "web-1", address: "10.1.0.7", network: "blue", host: "node-1" },
  to: { kind: "address" as const, name: "203.0.113.9", address: "203.0.113.9", network: null, host: null },
  protocol: "tcp" as const,
  port: 443,
  verdict: "leaves" as const,
  reason: "host node-1 leads it on by its own routes, under the host's address (NAT)",
  steps: [{ at: "switch" as const, name: "blue", does: "gives it to the router of blue" }],
};

const physicalNetwork = {
  uuid: uuidOf("c"),
  name: "office",
  type: "vlan" as const,
  ranges: ["1000-1030"],
  peers: [],
  tunnelPort: null,
  mtu: null,
  options: {},
  ports: [
    { interface: "eth1", host: "node-1", takeAddress: false, options: {}, revision: "0011223344556677" },
  ],
  networks: [{ name: "blue", segment: 1_000 }],
  revision: "7766554433221100",
  status: {},
};

const token = {
  uuid: uuidOf("f"),
  role: "host" as const,
  created: "2026-11-25T12:00:00.000Z",
  expires: "2026-11-25T13:00:00.000Z",
  state: "unused" as const,
  usedBy: null,
};

const membership = {
  name: "node-1",
  certificate: "-----BEGIN CERTIFICATE-----",
  authority: "-----BEGIN CERTIFICATE-----",
  api: "https://192.0.2.1:6640",
  southbound: "ssl:192.0.2.1:6642",
  encapsulation: "geneve" as const,
};

const principal = {
  uuid: uuidOf("8"),
  name: "ci",
  role: "viewer" as const,
  organization: null,
  created: "2026-11-25T12:00:00.000Z",
  expires: "2026-12-25T12:00:00.000Z",
  state: "valid" as const,
  revision: "2200220022002200",
};

const newPrincipal = {
  ...principal,
  token: "fwp_…",
  api: "https://192.0.2.1:6640",
  authority: "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n",
};

const newToken = { ...token, token: "host.…", center: "192.0.2.1:6640" };

export const samples = {
  vip,
  organization,
  zone,
  securityGroup,
  policy,
  address,
  reservation,
  addressUse,
  physicalNetwork,
  token,
  newToken,
  principal,
  newPrincipal,
  membership,
  host,
  network,
  subnet,
  endpoint,
  port,
  routeTarget,
  router,
  dockerEndpoint,
  status,
  trace,
};

import { registry } from "../../src/api/registry.ts";
import { type Cases, host, refused, same } from "./duplicate-case.ts";
import { engineCases } from "./duplicate-engine-cases.ts";

/** Made by the cases in the order of the routes. */
const [newNetwork, newSubnet] = [
  "4f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
  "5f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
];
/** Reserved by a case. */
const reservation = "6f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a";
/** A port that is there. */
export const [vm1, vm1Mac] = ["3f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a", "0a:00:00:00:00:88"];

const joinExample = registry.find(({ operation }) => operation === "join")?.example;

/** One that changes something and has no case fails the test. */
export const cases: Cases = {
  ...engineCases,
  registerHost: () => [
    same(host, { systemId: "system-node-1" }),
    refused(
      "/v1/hosts/node-2",
      { systemId: "system-node-1" },
      /^Open vSwitch's system-id system-node-1 belongs to host node-1; give this machine/,
    ),
  ],
  // A second port of a name is refused where the caller wants a new one, and is the same where the path names it.
  createPort: ({ red: { uuid: network } }) => [
    refused("/v1/ports", { name: "vm1", network }, /^a port vm1 is there already; choose another name$/),
    refused(
      "/v1/ports",
      { name: "vm2", network, id: vm1 },
      /^id 3f1f7a5e-.* is another endpoint's; choose another one, or none$/,
    ),
    refused(
      "/v1/ports",
      { name: "vm2", network, addresses: ["10.7.0.88"] },
      /^address 10\.7\.0\.88 is already in use by port vm1$/,
    ),
    refused(
      "/v1/ports",
      { name: "vm2", network, addresses: ["10.7.0.89", "10.7.0.89"] },
      /^address 10\.7\.0\.89 is already in use by /,
    ),
    refused("/v1/ports", { name: "vm2", network, mac: vm1Mac }, /^MAC address .* is already in use/),
  ],
  putPort: ({ red: { uuid: network } }) => [
    same("/v1/ports/vm1", { network }),
    same("/v1/ports/vm1", { network, id: vm1, addresses: ["10.7.0.88"], mac: vm1Mac }),
    refused(
      "/v1/ports/vm1",
      { network, host: "node-1" },
      /^a port vm1 is there already, with no host of its own; /,
    ),
    refused(
      "/v1/ports/vm1",
      { network, addresses: ["10.7.0.90"] },
      /there already, with addresses 10\.7\.0\.88; /,
    ),
  ],
  updatePort: () => [
    same("/v1/ports/vm1", { labels: { team: "web" }, addresses: ["10.7.0.88"] }),
    refused(
      "/v1/ports/vm1",
      { addresses: ["10.7.0.1"] },
      /^address 10\.7\.0\.1 is already in use by the gateway$/,
    ),
  ],
  removePort: () => [],
  reserveAddress: ({ red }) => [
    same("/v1/addresses", { id: reservation, network: red.uuid, ip: "10.7.0.9", note: "printer" }),
    refused(
      "/v1/addresses",
      { network: red.uuid, ip: "10.7.0.9" },
      /^address 10\.7\.0\.9 is already in use by the reservation "printer"/,
    ),
    refused(
      "/v1/addresses",
      { id: reservation, network: red.uuid, ip: "10.7.0.10" },
      /is there already, and otherwise/,
    ),
    refused("/v1/addresses", { network: red.uuid, ip: "10.7.0.88" }, /already in use by port vm1$/),
  ],
  updateReservation: () => [same(`/v1/addresses/${reservation}`, { note: "scanner", labels: { room: "4" } })],
  releaseReservation: () => [refused("/v1/addresses/10.7.0.88", undefined, /is no reservation/, 400)],
  recordHeartbeat: () => [same(`${host}/heartbeat`)],
  removeHost: () => [
    same("/v1/hosts/node-3"),
    refused(host, undefined, /^host node-1 still has endpoints: /),
    refused(`${host}?dead=true`, undefined, /^host node-1 is not dead: it was last heard 0 s ago/),
  ],
  createToken: () => [refused("/v1/tokens", {}, /`fairway init` makes them$/, 501)],
  removeToken: () => [same("/v1/tokens/2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a")],
  createPrincipal: () => [
    refused("/v1/principals", { name: "ci", role: "viewer" }, /`fairway init` makes them$/, 501),
  ],
  removePrincipal: () => [same("/v1/principals/ci")],
  join: () => [refused("/v1/join", joinExample, /`fairway init` makes them$/, 501)],
  renewCertificate: () => [
    refused(
      `${host}/certificate`,
      { request: "-----BEGIN CERTIFICATE REQUEST-----" },
      /`fairway init` makes them$/,
      501,
    ),
  ],
  // Each wish makes a pool of its own: an engine that asks twice has two networks in mind.
  reportGatewayReadiness: ({ blue }) => [
    same(`${host}/gateways`, {
      routers: [
        { router: blue.uuid, trouble: null },
        { router: blue.uuid, trouble: "no carrier" },
      ],
    }),
  ],
  reportTroubles: ({ blue }) => [
    same(`${host}/troubles`, {
      networks: [
        { network: blue.uuid, reason: "no way out" },
        { network: blue.uuid, reason: "no way out" },
      ],
      endpoints: [],
    }),
  ],
  keepNetwork: ({ blue }) => [same(`/v1/networks/${blue.uuid}/removal`)],
  createNetwork: ({ blue }) => [
    same("/v1/networks", { id: newNetwork, name: "green", subnets: [{ cidr: "10.8.0.0/24" }] }),
    refused("/v1/networks", { name: "green" }, /green/),
    refused(
      "/v1/networks",
      { id: blue.uuid, name: "violet" },
      /^name of a network cannot change: it is "blue"/,
      400,
    ),
    refused(
      "/v1/networks",
      { name: "violet", subnets: [{ cidr: "10.9.0.0/24" }, { cidr: "10.9.0.0/25" }] },
      /10\.9\.0\.0/,
      400,
    ),
  ],
  putNetwork: () => [
    same(`/v1/networks/${newNetwork}`, { name: "green", subnets: [{ cidr: "10.8.0.0/24" }] }),
    refused(
      `/v1/networks/${newNetwork}`,
      { name: "red" },
      /^name of a network cannot change: it is "green"/,
      400,
    ),
  ],
  updateNetwork: () => [same(`/v1/networks/${newNetwork}`, { labels: { team: "web" } })],
  createSubnet: () => [refused("/v1/subnets", { network: "green", cidr: "10.8.0.0/24" }, /10\.8\.0\.0\/24/)],
  putSubnet: () => [same(`/v1/subnets/${newSubnet}`, { network: "green", cidr: "10.8.1.0/24" })],
  updateSubnet: () => [same(`/v1/subnets/${newSubnet}`, { ranges: ["10.8.1.128/25"] })],
  removeSubnet: () => [refused("/v1/subnets/10.99.0.0/24", undefined, /10\.99\.0\.0\/24/, 404)],
  removeNetwork: ({ blue }) => [same(`/v1/networks/${blue.uuid}`)],
  createOrganization: () => [
    refused("/v1/organizations", { name: "Enterprise" }, /^an organization Enterprise is there already;/),
  ],
  putOrganization: () => [
    same("/v1/organizations/Firm", { labels: { a: "b" } }),
    refused("/v1/organizations/Firm", {}, /^an organization Firm is there already, and otherwise/),
  ],
  updateOrganization: () => [same("/v1/organizations/Enterprise", { labels: { team: "ops" } })],
  removeOrganization: () => [
    refused("/v1/organizations/Enterprise", undefined, /has the domain Enterprise\/Domain; remove it first$/),
  ],
  createZone: () => [
    refused(
      "/v1/zones",
      { name: "Enterprise/Domain/Zone" },
      /^a zone Enterprise\/Domain\/Zone is there already;/,
    ),
  ],
  putZone: () => [same(`/v1/zones/${encodeURIComponent("Enterprise/Domain/Zone 2")}`, {})],
  updateZone: () => [
    same(`/v1/zones/${encodeURIComponent("Enterprise/Domain/Zone")}`, { labels: { team: "ops" } }),
  ],
  removeZone: () => [
    refused(`/v1/zones/${encodeURIComponent("Enterprise/Domain/None")}`, undefined, /^no zone /, 404),
  ],
  createPolicy: () => [
    refused(
      "/v1/policies",
      { name: "baseline" },
      /^a policy baseline is there already; choose another name$/,
    ),
  ],
  putPolicy: () => [
    same("/v1/policies/rails", { rules: { "ingress tcp 80": "allow" } }),
    refused("/v1/policies/rails", { labels: { a: "b" } }, /^a policy rails is there already, and otherwise/),
  ],
  updatePolicy: () => [same("/v1/policies/baseline", { rules: { "ingress icmp": "drop" } })],
  removePolicy: () => [refused("/v1/policies/none", undefined, /^no policy "none"/, 404)],
  createVip: ({ red }) => [
    refused(
      "/v1/vips",
      { network: red.uuid, ip: "10.7.0.100" },
      /^address 10\.7\.0\.100 is already in use by VIP 10\.7\.0\.100$/,
    ),
  ],
  updateVip: () => [same("/v1/vips/10.7.0.100", { labels: { a: "b" } })],
  removeVip: () => [refused("/v1/vips/10.7.0.101", undefined, /^no VIP "10\.7\.0\.101"/, 404)],
  createSecurityGroup: () => [
    refused("/v1/security-groups", { name: "web" }, /^a group web is there already; choose another name$/),
  ],
  putSecurityGroup: () => [
    same("/v1/security-groups/db", { rules: { "ingress tcp 80": "allow" } }),
    refused("/v1/security-groups/db", { labels: { a: "b" } }, /^a group db is there already, and otherwise/),
  ],
  updateSecurityGroup: () => [same("/v1/security-groups/web", { rules: { "ingress icmp": "drop" } })],
  joinSecurityGroup: () => [same("/v1/security-groups/web/members/vm1")],
  leaveSecurityGroup: () => [same("/v1/security-groups/web/members/vm1")],
  removeSecurityGroup: () => [refused("/v1/security-groups/none", undefined, /^no group "none"/, 404)],
  createRouter: () => [
    refused("/v1/routers", { name: "r1" }, /^a router r1 is there already; choose another name$/),
  ],
  putRouter: () => [
    same("/v1/routers/r2", { routes: { "10.9.0.7/16": "10.7.0.7" } }),
    refused("/v1/routers/r2", { labels: { a: "b" } }, /^a router r2 is there already, and otherwise/),
  ],
  updateRouter: () => [same("/v1/routers/r1", { labels: { team: "ops" } })],
  attachNetwork: ({ red }) => [
    same(`/v1/routers/r1/interfaces/${red.uuid}`, { addresses: ["10.7.0.1", "10.7.0.1"] }),
    refused(`/v1/routers/r2/interfaces/${red.uuid}`, {}, /is attached to router r1; detach it there first$/),
  ],
  detachNetwork: ({ blue }) => [same(`/v1/routers/r1/interfaces/${blue.uuid}`)],
  removeRouter: () => [refused("/v1/routers/r9", undefined, /^no router "r9"; did you mean/, 404)],
  createPhysicalNetwork: () => [
    same("/v1/physical-networks/office", { type: "vlan", ranges: ["5-9"] }),
    refused(
      "/v1/physical-networks/office",
      { type: "flat" },
      /^physical network office exists and is another: type vlan/,
    ),
    refused(
      "/v1/physical-networks/other",
      { type: "vlan", ranges: ["5-9", "9"] },
      /^ranges 5-9 and 9 overlap$/,
      400,
    ),
  ],
  updatePhysicalPort: () => [
    same("/v1/physical-networks/office/ports/eth1?host=node-1", { options: { rack: "4" } }),
  ],
  updateHost: () => [same(host, { labels: { rack: "4" } })],
  updatePrincipal: () => [
    refused(
      "/v1/principals/ci",
      { role: "admin" },
      /^no principal "ci"; `fairway principal ls` lists them$/,
      404,
    ),
  ],
  transact: () => [
    refused(
      "/v1/transactions",
      {
        changes: ["one", "other"].map((x) => ({
          operation: "createNetwork",
          body: { name: "twice", labels: { x } },
        })),
      },
      /^changes\[1\] \(createNetwork\): name twice is taken by a network that is there; choose another one$/,
    ),
    same("/v1/transactions", {
      changes: [
        {
          operation: "updatePhysicalNetwork",
          parameters: { physicalNetwork: "office" },
          body: { options: { owner: "ops" } },
        },
      ],
    }),
  ],
  callVlcp: () => [
    refused(
      "/v1/vlcp/viperflow/createphysicalnetwork",
      { id: "office", vlanrange: [[5, 9]] },
      /^physical network office is there already; choose another id$/,
    ),
  ],
  updatePhysicalNetwork: () => [same("/v1/physical-networks/office", { options: { owner: "ops" } })],
  addPhysicalPort: () => [
    same("/v1/physical-networks/office/ports", { interface: "eth1", host: "node-1" }),
    refused(
      "/v1/physical-networks/office/ports",
      { interface: "eth2", host: "node-1" },
      /^on host node-1, interface eth1 is the port of physical network office/,
    ),
  ],
  removePhysicalPort: () => [same("/v1/physical-networks/office/ports/eth1?host=node-1")],
  removePhysicalNetwork: () => [same("/v1/physical-networks/elsewhere")],
};

import assert from "node:assert/strict";
import * as table from "../../src/api/routes/table.ts";
import { policyCalls, type RouteCall } from "./policy-calls.ts";
import { engineIdOf, samples, uuidOf } from "./sample-objects.ts";

const key = { host: "node-1", networkId: engineIdOf("1"), endpointId: engineIdOf("2") };
const dockerNetwork = { host: "node-1", networkId: engineIdOf("1") };
const asker = { host: "node-1", network: uuidOf("b"), asker: "10.1.0.8" };
const pool = uuidOf("e");

const joinExample = table.join.example ?? assert.fail();

/** By operation: the call and what it answers. */
export const cases: Readonly<Record<string, RouteCall>> = {
  status: [(client) => client.status(), samples.status],
  listHosts: [(client) => client.listHosts(), [samples.host]],
  showHost: [(client) => client.showHost({ host: "node-1" }), samples.host],
  registerHost: [
    (client) => client.registerHost({ host: "node-1" }, { systemId: "chassis-1" }),
    samples.host,
  ],
  updateHost: [
    (client) => client.updateHost({ host: "node-1" }, { labels: { rack: null } }, { ifMatch: "0123" }),
    samples.host,
  ],
  recordHeartbeat: [(client) => client.recordHeartbeat({ host: "node-1" }), undefined],
  removeHost: [(client) => client.removeHost({ host: "node-1", dead: true }), undefined],
  createToken: [(client) => client.createToken({}), samples.newToken],
  listTokens: [(client) => client.listTokens(), [samples.token]],
  removeToken: [(client) => client.removeToken({ token: samples.token.uuid }), undefined],
  createPrincipal: [(client) => client.createPrincipal({ name: "ci", role: "viewer" }), samples.newPrincipal],
  listPrincipals: [(client) => client.listPrincipals(), [samples.principal]],
  showToken: [(client) => client.showToken({ token: samples.token.uuid }), samples.token],
  showPrincipal: [(client) => client.showPrincipal({ name: "ci" }), samples.principal],
  updatePrincipal: [
    (client) => client.updatePrincipal({ name: "ci" }, { role: "member" }, { ifMatch: "0123" }),
    samples.principal,
  ],
  removePrincipal: [(client) => client.removePrincipal({ name: "ci" }), undefined],
  join: [(client) => client.join(joinExample), samples.membership],
  renewCertificate: [
    (client) => client.renewCertificate({ host: "node-1" }, { request: joinExample.request }),
    { certificate: samples.membership.certificate, authority: samples.membership.authority },
  ],
  requestPool: [
    (client) => client.requestPool({ host: "node-1" }, { space: "local", family: 4, options: {} }),
    { pool, cidr: "10.1.0.0/24", gateway: "10.1.0.1" },
  ],
  releasePool: [(client) => client.releasePool({ host: "node-1", pool }), undefined],
  requestAddress: [
    (client) => client.requestAddress({ host: "node-1", pool }, { purpose: "unspecified" }),
    { address: "10.1.0.7/24" },
  ],
  releaseAddress: [(client) => client.releaseAddress({ host: "node-1", pool, ip: "fd00::7" }), undefined],
  createDockerNetwork: [
    (client) => client.createDockerNetwork(dockerNetwork, { subnets: [] }),
    samples.network,
  ],
  reportForeignNetworks: [
    (client) => client.reportForeignNetworks({ host: "node-1" }, { networks: [] }),
    undefined,
  ],
  reportTroubles: [
    (client) => client.reportTroubles({ host: "node-1" }, { networks: [], endpoints: [] }),
    undefined,
  ],
  reportGatewayReadiness: [
    (client) => client.reportGatewayReadiness({ host: "node-1" }, { routers: [] }),
    undefined,
  ],
  reportMirrors: [
    (client) => client.reportMirrors({ host: "node-1" }, { troubles: [], uses: [] }),
    undefined,
  ],
  describeDockerNetwork: [
    (client) => client.describeDockerNetwork(dockerNetwork, { name: "blue" }),
    samples.network,
  ],
  requestHostAccess: [(client) => client.requestHostAccess(dockerNetwork), undefined],
  deleteDockerNetwork: [(client) => client.deleteDockerNetwork(dockerNetwork), undefined],
  claimDockerNetwork: [
    (client) => client.claimDockerNetwork(dockerNetwork, { endpoints: [] }),
    { troubles: [] },
  ],
  createDockerEndpoint: [
    (client) => client.createDockerEndpoint(key, { addresses: ["10.1.0.7"] }),
    samples.dockerEndpoint,
  ],
  showDockerEndpoint: [(client) => client.showDockerEndpoint(key), samples.dockerEndpoint],
  describeDockerEndpoint: [
    (client) => client.describeDockerEndpoint(key, { containerName: "web-1" }),
    samples.endpoint,
  ],
  publishDockerEndpoint: [
    (client) =>
      client.publishDockerEndpoint(key, {
        ports: [{ protocol: "udp", port: 53, hostAddress: "192.0.2.1", hostPort: 5353 }],
      }),
    undefined,
  ],
  deleteDockerEndpoint: [(client) => client.deleteDockerEndpoint(key), undefined],
  purgeDockerEndpoint: [(client) => client.purgeDockerEndpoint(key), undefined],
  listPorts: [(client) => client.listPorts({ network: "blue", host: "node-1" }), [samples.port]],
  showPort: [(client) => client.showPort({ reference: "vm1" }), samples.port],
  createPort: [(client) => client.createPort({}, { name: "vm1", network: "blue" }), samples.port],
  putPort: [
    (client) => client.putPort({ reference: "vm1" }, { network: "blue", host: "node-1" }),
    samples.port,
  ],
  updatePort: [
    (client) =>
      client.updatePort({ reference: "vm1" }, { name: "vm2", labels: { a: null } }, { ifMatch: "0123" }),
    samples.port,
  ],
  removePort: [(client) => client.removePort({ reference: "vm1" }), undefined],
  listNetworks: [(client) => client.listNetworks(), [samples.network]],
  showNetwork: [(client) => client.showNetwork({ reference: "blue" }), samples.network],
  createNetwork: [(client) => client.createNetwork({}, { name: "blue" }), samples.network],
  putNetwork: [
    (client) => client.putNetwork({ reference: uuidOf("b"), "dry-run": true }, { name: "blue" }),
    samples.network,
  ],
  updateNetwork: [
    (client) => client.updateNetwork({ reference: "blue" }, { labels: { team: null } }, { ifMatch: "0123" }),
    samples.network,
  ],
  listSubnets: [(client) => client.listSubnets({ network: "blue", limit: 10 }), [samples.subnet]],
  showSubnet: [(client) => client.showSubnet({ reference: "10.1.0.0/24@blue" }), samples.subnet],
  createSubnet: [
    (client) => client.createSubnet({}, { network: "blue", cidr: "10.1.0.0/24" }),
    samples.subnet,
  ],
  putSubnet: [
    (client) => client.putSubnet({ reference: uuidOf("c") }, { network: "blue", cidr: "10.1.0.0/24" }),
    samples.subnet,
  ],
  updateSubnet: [(client) => client.updateSubnet({ reference: uuidOf("c") }, { ranges: [] }), samples.subnet],
  removeSubnet: [(client) => client.removeSubnet({ reference: uuidOf("c") }), samples.subnet],
  removeNetwork: [
    (client) => client.removeNetwork({ reference: "blue" }),
    { ...samples.network, status: { removal: "being removed; still used by web on node-1" } },
  ],
  keepNetwork: [(client) => client.keepNetwork({ reference: "blue" }), samples.network],
  listRouteTargets: [(client) => client.listRouteTargets({ target: "64512:*" }), [samples.routeTarget]],
  listPhysicalNetworks: [(client) => client.listPhysicalNetworks(), [samples.physicalNetwork]],
  showPhysicalNetwork: [
    (client) => client.showPhysicalNetwork({ physicalNetwork: "office" }),
    samples.physicalNetwork,
  ],
  createPhysicalNetwork: [
    (client) => client.createPhysicalNetwork({ physicalNetwork: "office" }, { type: "vlan" }),
    samples.physicalNetwork,
  ],
  updatePhysicalNetwork: [
    (client) => client.updatePhysicalNetwork({ physicalNetwork: "office" }, { ranges: ["5"] }),
    samples.physicalNetwork,
  ],
  removePhysicalNetwork: [(client) => client.removePhysicalNetwork({ physicalNetwork: "office" }), undefined],
  addPhysicalPort: [
    (client) => client.addPhysicalPort({ physicalNetwork: "office" }, { interface: "eth1" }),
    samples.physicalNetwork,
  ],
  updatePhysicalPort: [
    (client) =>
      client.updatePhysicalPort(
        { physicalNetwork: "office", interface: "eth1" },
        { options: { "x-a": null } },
        { ifMatch: "0123" },
      ),
    samples.physicalNetwork,
  ],
  transact: [
    (client) =>
      client.transact(
        { "dry-run": true },
        { changes: [{ operation: "createNetwork", body: { name: "a" } }] },
      ),
    { results: [] },
  ],
  callVlcp: [
    (client) => client.callVlcp({ target: "viperflow", call: "listphysicalnetworks" }, { id: "none" }),
    { result: [] },
  ],
  removePhysicalPort: [
    (client) => client.removePhysicalPort({ physicalNetwork: "office", interface: "eth1", host: "node-1" }),
    undefined,
  ],
  listAddresses: [(client) => client.listAddresses({ network: "blue" }), [samples.address]],
  showAddress: [(client) => client.showAddress({ reference: "10.1.0.7@blue" }), samples.address],
  reserveAddress: [
    (client) =>
      client.reserveAddress({ "dry-run": true }, { network: "blue", ip: "10.1.0.9", note: "printer" }),
    samples.reservation,
  ],
  updateReservation: [
    (client) =>
      client.updateReservation({ reference: uuidOf("7") }, { labels: { room: null } }, { ifMatch: "0123" }),
    samples.reservation,
  ],
  releaseReservation: [(client) => client.releaseReservation({ reference: "10.1.0.9" }), samples.reservation],
  listAddressHistory: [
    (client) => client.listAddressHistory({ ip: "10.1.0.7", at: "2026-11-25T00:00:00Z" }),
    [samples.addressUse],
  ],
  listEndpoints: [(client) => client.listEndpoints({ network: "blue", host: "node-1" }), [samples.endpoint]],
  tracePacket: [
    (client) => client.tracePacket({ from: "web-1", to: "203.0.113.9", protocol: "tcp", port: 443 }),
    samples.trace,
  ],
  showEndpoint: [(client) => client.showEndpoint({ reference: "web-1" }), samples.endpoint],
  resolveName: [
    (client) => client.resolveName({ ...asker, name: "web.blue" }),
    { known: true, addresses: ["10.1.0.7"] },
  ],
  listNames: [
    (client) => client.listNames({ host: "node-1", network: uuidOf("b") }),
    { called: ["blue"], bearers: [{ names: ["web-1", "web"], addresses: ["10.1.0.7"] }] },
  ],
  admitName: [
    (client) =>
      client.admitName(
        { host: "node-1", network: uuidOf("b") },
        { asker: "10.1.0.8", name: "deb.debian.org", addresses: [{ address: "203.0.113.10", ttl: 300 }] },
      ),
    { sequence: 7 },
  ],
  reverseLookup: [
    (client) => client.reverseLookup({ ...asker, address: "10.1.0.7" }),
    { known: true, names: ["web-1.blue"] },
  ],
  endpointProgress: [
    (client) => client.endpointProgress({ reference: uuidOf("d") }),
    { stage: "northbound", detail: "the port is made" },
  ],
  ...policyCalls,
};

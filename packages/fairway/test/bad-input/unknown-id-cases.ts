import { randomUUID } from "node:crypto";
import { engineId } from "../center.ts";
import { containerPortCases } from "./unknown-container-cases.ts";
import { groupCases, policyCases, vipCases } from "./unknown-group-cases.ts";
import { type Case, gone, refused } from "./unknown-id-case.ts";
import { tenancyCases } from "./unknown-tenancy-cases.ts";

const unknown = { uuid: randomUUID(), engineId: engineId() };
const short = unknown.engineId.slice(0, 12);

const unregistered = /^host node-9 has not registered yet: does its Open vSwitch answer\?$/;
const noNetwork = new RegExp(`^host node-1 has no Docker network ${short} of Fairway's$`);
const noEndpoint = new RegExp(`^host node-1 has no Docker endpoint ${short} of Fairway's$`);

const noPort = /^no port "vm9"; `fairway port ls --logical` lists them$/;
const noEngine = /./;

const network = `/v1/hosts/node-1/docker-networks/${unknown.engineId}`;
const endpoint = `${network}/endpoints/${unknown.engineId}`;
const pool = `/v1/hosts/node-1/pools/${unknown.uuid}`;
const noSubnet = refused(
  404,
  "/v1/subnets/10.9.0.0%2F24",
  /^no subnet "10\.9\.0\.0\/24"; `fairway subnet ls` lists them$/,
);
const noRouter = (path: string, body?: unknown) =>
  refused(404, path, /^no router "r9"; did you mean "r1"\?$/, body);
const address = (what: string) => `/v1/hosts/node-1/networks/${unknown.uuid}/${what}?asker=10.1.0.7`;

/** By operation: what it answers to names and ids of what is not there. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  showHost: [
    refused(404, "/v1/hosts/node-9", /^no host "node-9"; did you mean "node-1"\?$/),
    refused(404, "/v1/hosts/elsewhere", /^no host "elsewhere"; `fairway host ls` lists them$/),
  ],
  removeToken: [
    gone(`/v1/tokens/${unknown.uuid}`),
    refused(404, "/v1/tokens/abcd", /^no token begins with "abcd"; `fairway token ls` lists them$/),
  ],
  tracePacket: [
    refused(404, "/v1/trace?from=vm9&to=10.1.0.7", /^no endpoint "vm9"; `fairway endpoint ls` lists them$/),
  ],
  showToken: [
    refused(404, "/v1/tokens/abcd", /^no token begins with "abcd"; `fairway token ls` lists them$/),
  ],
  removePrincipal: [gone("/v1/principals/nobody")],
  showPrincipal: [
    refused(404, "/v1/principals/nobody", /^no principal "nobody"; `fairway principal ls` lists them$/),
  ],
  updatePrincipal: [
    refused(404, "/v1/principals/nobody", /^no principal "nobody"; `fairway principal ls` lists them$/, {
      role: "viewer",
    }),
  ],
  updateHost: [refused(404, "/v1/hosts/node-9", /^no host "node-9"; did you mean "node-1"\?$/, {})],
  callVlcp: [
    refused(404, "/v1/vlcp/viperflow/createsubnt", /^no call \/viperflow\/createsubnt; did you mean /, {}),
  ],
  updatePhysicalPort: [
    refused(
      404,
      "/v1/physical-networks/offise/ports/eth1",
      /^no physical network "offise"; `fairway physical-network ls` lists them$/,
      {},
    ),
  ],
  followEvents: [refused(410, "/v1/events?after=1-abc.5", /is not remembered: the center has started again/)],
  renewCertificate: [
    refused(501, "/v1/hosts/node-9/certificate", /`fairway init` makes them$/, {
      request: "-----BEGIN CERTIFICATE REQUEST-----",
    }),
  ],
  // It makes the host known.
  registerHost: [],
  recordHeartbeat: [
    refused(404, "/v1/hosts/node-9/heartbeat", /^no host "node-9"; did you mean "node-1"\?$/),
  ],
  removeHost: [gone("/v1/hosts/node-9"), gone("/v1/hosts/node-9?dead=true")],
  requestPool: [refused(503, "/v1/hosts/node-9/pools", unregistered, { space: "local", family: 4 })],
  releasePool: [gone(pool)],
  requestAddress: [refused(404, `${pool}/addresses`, new RegExp(`^pool ${unknown.uuid} is not known`), {})],
  releaseAddress: [gone(`${pool}/addresses/10.1.0.7`)],
  reportForeignNetworks: [refused(503, "/v1/hosts/node-9/foreign-networks", unregistered, { networks: [] })],
  reportGatewayReadiness: [
    refused(503, "/v1/hosts/node-9/gateways", unregistered, { routers: [] }),
    {
      path: "/v1/hosts/node-1/gateways",
      status: 204,
      body: { routers: [{ router: unknown.uuid, trouble: null }] },
    },
  ],
  reportTroubles: [
    refused(503, "/v1/hosts/node-9/troubles", unregistered, { networks: [], endpoints: [] }),
    {
      path: "/v1/hosts/node-1/troubles",
      status: 204,
      body: {
        networks: [{ network: unknown.uuid, reason: "no way out" }],
        endpoints: [{ endpoint: unknown.uuid, reason: "no port" }],
      },
    },
  ],
  reportMirrors: [refused(503, "/v1/hosts/node-9/mirrors", unregistered, { troubles: [], uses: [] })],
  createDockerNetwork: [
    refused(503, network.replace("node-1", "node-9"), unregistered, { subnets: [] }),
    refused(
      409,
      network,
      /^the pool of subnet 10\.9\.0\.0\/24 was released or expired; create the network again/,
      {
        subnets: [{ space: "nobody", cidr: "10.9.0.0/24" }],
      },
    ),
    refused(404, network, /^no network "bleu"; did you mean "blue"\?$/, {
      options: { network: "bleu" },
      subnets: [],
    }),
  ],
  describeDockerNetwork: [refused(404, network, noNetwork, { name: "red" })],
  requestHostAccess: [refused(404, `${network}/asked`, noNetwork)],
  deleteDockerNetwork: [gone(network)],
  createDockerEndpoint: [refused(404, endpoint, noNetwork, { addresses: [] })],
  showDockerEndpoint: [refused(404, endpoint, noEndpoint)],
  describeDockerEndpoint: [refused(404, endpoint, noEndpoint, {})],
  publishDockerEndpoint: [refused(404, `${endpoint}/ports`, noEndpoint, { ports: [] })],
  deleteDockerEndpoint: [gone(endpoint)],
  claimDockerNetwork: [
    refused(503, `${network.replace("node-1", "node-9")}/claim`, unregistered, { endpoints: [] }),
    refused(404, `${network}/claim`, noNetwork, { endpoints: [] }),
  ],
  purgeDockerEndpoint: [gone(`${endpoint}/forget`)],
  resolveName: [refused(404, address("names/web"), noEngine)],
  listNames: [
    refused(
      404,
      `/v1/hosts/node-1/networks/${unknown.uuid}/names`,
      new RegExp(`^host node-1 has no container on network ${unknown.uuid}$`),
    ),
  ],
  admitName: [
    refused(404, `/v1/hosts/node-1/networks/${unknown.uuid}/names`, noEngine, {
      asker: "10.1.0.7",
      name: "deb.debian.org",
      addresses: [{ address: "203.0.113.10", ttl: 300 }],
    }),
  ],
  reverseLookup: [refused(404, address("addresses/10.1.0.8"), noEngine)],
  showNetwork: [
    refused(404, "/v1/networks/bleu", /^no network "bleu"; did you mean "blue"\?$/),
    refused(404, `/v1/networks/${unknown.uuid}`, /^no network ".+"; `fairway network ls` lists them$/),
  ],
  removeNetwork: [refused(404, "/v1/networks/bleu", /^no network "bleu"; did you mean "blue"\?$/)],
  listRouteTargets: [],
  ...containerPortCases,
  ...tenancyCases,
  ...groupCases,
  ...policyCases,
  ...vipCases,
  listRouters: [],
  showRouter: [noRouter("/v1/routers/r9")],
  updateRouter: [noRouter("/v1/routers/r9", {})],
  removeRouter: [noRouter("/v1/routers/r9")],
  attachNetwork: [
    noRouter("/v1/routers/r9/interfaces/blue", {}),
    refused(404, "/v1/routers/r1/interfaces/bleu", /^no network "bleu"; did you mean "blue"\?$/, {}),
  ],
  detachNetwork: [
    noRouter("/v1/routers/r9/interfaces/blue"),
    refused(404, "/v1/routers/r1/interfaces/bleu", /^no network "bleu"; did you mean "blue"\?$/),
  ],
  showPhysicalNetwork: [
    refused(
      404,
      "/v1/physical-networks/offise",
      /^no physical network "offise"; `fairway physical-network ls` lists them$/,
    ),
  ],
  // It makes the physical network known.
  createPhysicalNetwork: [],
  updatePhysicalNetwork: [
    refused(
      404,
      "/v1/physical-networks/offise",
      /^no physical network "offise"; `fairway physical-network ls` lists them$/,
      {},
    ),
  ],
  removePhysicalNetwork: [gone("/v1/physical-networks/offise")],
  addPhysicalPort: [
    refused(
      404,
      "/v1/physical-networks/offise/ports",
      /^no physical network "offise"; `fairway physical-network ls` lists them$/,
      { interface: "eth1" },
    ),
  ],
  removePhysicalPort: [
    refused(
      404,
      "/v1/physical-networks/offise/ports/eth1",
      /^no physical network "offise"; `fairway physical-network ls` lists them$/,
    ),
  ],
  updateNetwork: [refused(404, "/v1/networks/bleu", /^no network "bleu"; did you mean "blue"\?$/, {})],
  // They make what is not there.
  createNetwork: [],
  putNetwork: [],
  listHosts: [],
  listNetworks: [],
  listPhysicalNetworks: [],
  listPrincipals: [],
  listTokens: [],
  transact: [
    refused(
      404,
      "/v1/transactions",
      /^changes\[0\] \(removeNetwork\): no network "bleu"; did you mean "blue"\?$/,
      { changes: [{ operation: "removeNetwork", parameters: { reference: "bleu" } }] },
    ),
  ],
  listSubnets: [refused(404, "/v1/subnets?network=bleu", /^no network "bleu"; did you mean "blue"\?$/)],
  createPort: [
    refused(404, "/v1/ports", /^no network "bleu"; did you mean "blue"\?$/, { name: "vm9", network: "bleu" }),
  ],
  createSubnet: [
    refused(404, "/v1/subnets", /^no network "bleu"; did you mean "blue"\?$/, { network: "bleu" }),
  ],
  showSubnet: [noSubnet],
  putSubnet: [
    refused(404, `/v1/subnets/${unknown.uuid}`, /^no network "bleu"; did you mean "blue"\?$/, {
      network: "bleu",
    }),
  ],
  updateSubnet: [{ ...noSubnet, body: {} }],
  removeSubnet: [noSubnet],
  keepNetwork: [refused(404, "/v1/networks/bleu/removal", /^no network "bleu"; did you mean "blue"\?$/)],
  listAddresses: [
    refused(404, "/v1/addresses?network=bleu", /^no network "bleu"; did you mean "blue"\?$/),
    refused(404, "/v1/addresses?host=node-9", /^no host "node-9"; did you mean "node-1"\?$/),
    refused(404, "/v1/addresses?endpoint=web", /^no endpoint "web"; `fairway endpoint ls` lists them$/),
    refused(404, "/v1/addresses?subnet=10.9.0.0%2F24", /^no subnet "10\.9\.0\.0\/24"/),
  ],
  showAddress: [
    refused(404, "/v1/addresses/10.1.0.9", /^nobody has address 10\.1\.0\.9; `fairway address ls`/),
    refused(404, "/v1/addresses/10.1.0.9@bleu", /^no network "bleu"; did you mean "blue"\?$/),
    refused(404, `/v1/addresses/${unknown.uuid}`, /^no address ".+"; `fairway address ls` lists them$/),
  ],
  reserveAddress: [
    refused(404, "/v1/addresses", /^no network "bleu"; did you mean "blue"\?$/, { network: "bleu" }),
    refused(400, "/v1/addresses", /^subnet must be one of network blue: 10\.1\.0\.0\/24; it is 10\.9/, {
      network: "blue",
      subnet: "10.9.0.0/24",
    }),
  ],
  updateReservation: [
    refused(404, "/v1/addresses/10.1.0.9", /^nobody has address 10\.1\.0\.9;/, {}),
    refused(400, "/v1/addresses/10.1.0.1", /^address 10\.1\.0\.1 is no reservation: .* by the gateway$/, {}),
  ],
  releaseReservation: [
    refused(404, "/v1/addresses/10.1.0.9", /^nobody has address 10\.1\.0\.9;/),
    refused(400, "/v1/addresses/10.1.0.1", /^address 10\.1\.0\.1 is no reservation: .* by the gateway$/),
  ],
  // What was in a network that is gone is asked for, too.
  listAddressHistory: [],
  listEndpoints: [
    refused(404, "/v1/endpoints?network=bleu", /^no network "bleu"; did you mean "blue"\?$/),
    refused(404, "/v1/endpoints?host=node-9", /^no host "node-9"; did you mean "node-1"\?$/),
  ],
  listPorts: [
    refused(404, "/v1/ports?network=bleu", /^no network "bleu"; did you mean "blue"\?$/),
    refused(404, "/v1/ports?host=node-9", /^no host "node-9"; did you mean "node-1"\?$/),
  ],
  showPort: [refused(404, "/v1/ports/vm9", noPort)],
  putPort: [
    refused(404, "/v1/ports/vm9", /^no network "bleu"; did you mean "blue"\?$/, { network: "bleu" }),
    refused(404, "/v1/ports/vm9", /^no host "node-9"; did you mean "node-1"\?$/, {
      network: "blue",
      host: "node-9",
    }),
  ],
  updatePort: [{ ...refused(404, "/v1/ports/vm9", noPort), body: {} }],
  removePort: [
    refused(404, "/v1/ports/vm9", noPort),
    refused(404, `/v1/ports/${unknown.uuid}`, /^no port ".+"/),
  ],
  showEndpoint: [refused(404, "/v1/endpoints/web", /^no endpoint "web"; `fairway endpoint ls` lists them$/)],
  endpointProgress: [
    refused(404, `/v1/endpoints/${unknown.uuid}/progress`, /^endpoint .* is not in the intent$/),
  ],
  followHostState: [refused(404, "/v1/hosts/node-9/state", /^host node-9 has not registered$/)],
};

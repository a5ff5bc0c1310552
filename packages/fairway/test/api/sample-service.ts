import { FairwayError } from "../../src/errors.ts";
import type { Context, Service } from "../../src/service/service.ts";

export const uuidOf = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-${digit.repeat(12)}`;
export const engineIdOf = (digit: string): string => digit.repeat(64);

const host = {
  uuid: uuidOf("a"),
  name: "node-1",
  systemId: "chassis-1",
  tunnelAddress: "192.0.2.11",
  underlayMtu: 1500,
  versions: { docker: "26.1.5" },
  state: "up" as const,
  stateSince: null,
  lastHeard: null,
  endpoints: 1,
};

const network = {
  uuid: uuidOf("b"),
  name: "blue",
  claimed: true,
  mode: "nat" as const,
  internal: false,
  mtu: { asked: null, effective: 1442 },
  options: {},
  labels: { team: "web" },
  origin: "docker" as const,
  originHost: "node-1",
  scope: "cluster" as const,
  subnets: [
    { uuid: uuidOf("c"), cidr: "10.1.0.0/24", gateway: "10.1.0.1", ranges: [], options: {}, used: 2 },
  ],
  endpoints: 1,
  hostReach: { cidrs: ["10.1.0.0/24"], overlaps: [] },
  engines: [{ host: "node-1", engineId: engineIdOf("1"), name: "blue", handle: "made" as const }],
  status: {},
};

const endpoint = {
  uuid: uuidOf("d"),
  network: { uuid: network.uuid, name: "blue" },
  mac: "02:42:0a:01:00:07",
  addresses: ["10.1.0.7/24"],
  host: "node-1",
  names: ["web"],
  labels: {},
  options: {},
  published: [],
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

const dockerEndpoint = {
  endpoint: endpoint.uuid,
  network: network.uuid,
  mac: endpoint.mac,
  mtu: 1442,
  addresses: endpoint.addresses,
  gateway: "10.1.0.1",
  engineGateway: false,
  routes: [],
  hasLeg: true,
  hasPeers: false,
  isGuarded: true,
};

const status = {
  version: "0.1.0",
  ovn: "23.03.1",
  leader: { name: "node-1", epoch: 3, self: true },
  stores: { intent: "connected" as const, northbound: "connected" as const },
  counts: { hosts: 1, networks: 1, endpoints: 1, addresses: 2 },
  unowned: [],
  pending: 0,
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

const newToken = { ...token, token: "host.…", center: "192.0.2.1:6640" };

export const samples = { token, newToken, membership, host, network, endpoint, dockerEndpoint, status };

/** Answers every use case with the same objects; what a test changes on it is what that test is about. */
export function sampleService(): Service & { readonly contexts: Context[] } {
  const contexts: Context[] = [];
  /** Notes on whose behalf a use case ran. Its context is the last argument. */
  const answer =
    <Answer>(value: Answer) =>
    (...args: readonly unknown[]): Answer => {
      contexts.push(args.at(-1) as Context);
      return value;
    };
  const later =
    <Answer>(value: Answer) =>
    async (...args: readonly unknown[]): Promise<Answer> =>
      answer(value)(...args);
  return {
    contexts,
    status: () => status,
    registerHost: later(host),
    listHosts: answer([host]),
    showHost: answer(host),
    beat: answer(undefined),
    removeHost: later(undefined),
    createToken: later(newToken),
    listTokens: answer([token]),
    removeToken: later(undefined),
    join: later(membership),
    renewCertificate: later({ certificate: membership.certificate, authority: membership.authority }),
    requestPool: later({ pool: uuidOf("e"), cidr: "10.1.0.0/24", gateway: "10.1.0.1" }),
    releasePool: later(undefined),
    requestAddress: later({ address: "10.1.0.7/24" }),
    releaseAddress: later(undefined),
    tellForeignNetworks: later(undefined),
    tellTroubles: later(undefined),
    tellMirrors: later(undefined),
    createDockerNetwork: later(network),
    describeDockerNetwork: later(network),
    askForDockerNetwork: later(undefined),
    deleteDockerNetwork: later(undefined),
    claimDockerNetwork: later({ troubles: [] }),
    createDockerEndpoint: later(dockerEndpoint),
    showDockerEndpoint: answer(dockerEndpoint),
    describeDockerEndpoint: later(endpoint),
    publishDockerEndpoint: later(undefined),
    deleteDockerEndpoint: later(undefined),
    forgetDockerEndpoint: later(undefined),
    resolveName: answer({ known: true, addresses: ["10.1.0.7"] }),
    listNames: answer({ called: ["blue"], bearers: [{ names: ["web-1", "web"], addresses: ["10.1.0.7"] }] }),
    whoHasAddress: answer({ known: true, names: ["web-1.blue"] }),
    listNetworks: answer([network]),
    showNetwork: (reference, context) => {
      if (reference !== "blue") {
        throw new FairwayError("not_found", `no network '${reference}'; did you mean blue?`);
      }
      return answer(network)(context);
    },
    removeNetwork: later({
      ...network,
      status: { removal: "being removed; still used by web on node-1" },
    }),
    listEndpoints: answer([endpoint]),
    showEndpoint: answer(endpoint),
    endpointProgress: later({ stage: "northbound" as const, detail: "the port is made" }),
  };
}

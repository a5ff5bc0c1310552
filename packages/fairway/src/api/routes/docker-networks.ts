import { z } from "zod";
import { claim, claimAnswer } from "../../center/schemas/claim.ts";
import { engineId, hostName } from "../../center/schemas/common.ts";
import { mirrorReport } from "../../center/schemas/mirror.ts";
import { dockerNetworkFacts, dockerNetworkRequest, network } from "../../center/schemas/network.ts";
import { route } from "./route.ts";

const params = z.object({ host: hostName, networkId: engineId });

export const reportMirrors = route({
  method: "PUT",
  url: "/v1/hosts/:host/mirrors",
  summary:
    "Reports which networks of the cluster an engine cannot have, and which networks in removal it still uses.",
  access: "own host",
  params: params.pick({ host: true }),
  body: mirrorReport,
  example: {
    troubles: [
      {
        network: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
        trouble: "the engine has another network of that name",
      },
    ],
    uses: [
      {
        engineId: "1cf131d6fb836cc07bea32cc7e26e92c177a44494a15f0bd5dd37e60cc32bba9",
        containers: ["web"],
      },
    ],
  },
  status: 204,
  handle: (center, { params, body, context }) => center.mirrors.report(params.host, body, context),
});

export const createDockerNetwork = route({
  method: "PUT",
  url: "/v1/hosts/:host/docker-networks/:networkId",
  summary: "Creates the network for which an engine asks.",
  access: "own host",
  params,
  body: dockerNetworkRequest,
  example: {
    options: { mtu: "1400" },
    subnets: [{ space: "fairway-local-1", cidr: "10.1.0.0/24", gateway: "10.1.0.1" }],
  },
  status: 200,
  answer: network,
  handle: (center, { params, body, context }) =>
    center.dockerNetworks.create(params.host, params.networkId, body, context),
});

export const describeDockerNetwork = route({
  method: "PATCH",
  url: "/v1/hosts/:host/docker-networks/:networkId",
  summary: "Records the name and labels that an engine gave its network.",
  access: "own host",
  params,
  body: dockerNetworkFacts,
  example: {
    name: "blue",
    labels: { team: "web" },
    options: { mtu: "1400" },
    ranges: [{ cidr: "10.1.0.0/24", range: "10.1.0.128/25" }],
  },
  status: 200,
  answer: network,
  handle: (center, { params, body, context }) =>
    center.dockerNetworks.describe(params.host, params.networkId, body, context),
});

export const requestHostAccess = route({
  method: "PUT",
  url: "/v1/hosts/:host/docker-networks/:networkId/asked",
  summary: "Lets a host without containers on a network reach the network's containers for ten minutes.",
  access: "own host",
  params,
  status: 204,
  handle: (center, { params, context }) =>
    center.dockerNetworks.requestHostAccess(params.host, params.networkId, context),
});

export const claimDockerNetwork = route({
  method: "PUT",
  url: "/v1/hosts/:host/docker-networks/:networkId/claim",
  summary: "Restores what a host has of a network and the center has lost.",
  access: "own host",
  params,
  body: claim,
  example: {
    network: {
      uuid: "6f3c8a52-1b7e-4d09-9c35-2e8f70a4b161",
      name: "blue",
      engineName: "blue",
      handle: "made",
      definition: {
        claimed: true,
        mode: "nat",
        internal: false,
        mtuAsked: null,
        options: {},
        labels: {},
        origin: "docker",
        scope: "cluster",
        removal: null,
        subnets: [
          {
            uuid: "b1d2f0c4-93ab-4e57-8f16-0c5d7e9a2431",
            cidr: "10.1.0.0/24",
            gateway: "10.1.0.1",
            ranges: [],
            hostRoutes: [],
            dns: [],
            options: {},
            managed: true,
            automatic: false,
            auxiliaries: [],
          },
        ],
        engine: { options: {}, ipamOptions: {}, ranges: {}, gateways: ["10.1.0.1/24"], attachable: false },
      },
    },
    endpoints: [
      {
        endpointId: "5c2b0e1d6fb836cc07bea32cc7e26e92c177a44494a15f0bd5dd37e60cc32bb1",
        addresses: ["10.1.0.7"],
        mac: "02:42:ac:11:00:02",
      },
    ],
  },
  status: 200,
  answer: claimAnswer,
  handle: (center, { params, body, context }) =>
    center.claims.claim(params.host, params.networkId, body, context),
});

export const deleteDockerNetwork = route({
  method: "DELETE",
  url: "/v1/hosts/:host/docker-networks/:networkId",
  summary: "Removes an engine's network; succeeds if it is already gone.",
  access: "own host",
  params,
  status: 204,
  handle: (center, { params, context }) =>
    center.dockerNetworks.delete(params.host, params.networkId, context),
});

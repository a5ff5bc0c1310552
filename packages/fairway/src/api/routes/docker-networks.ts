import { z } from "zod";
import { claim, claimAnswer } from "../../service/schemas/claim.ts";
import { engineId, hostName } from "../../service/schemas/common.ts";
import { mirrorReport } from "../../service/schemas/mirror.ts";
import { dockerNetworkFacts, dockerNetworkRequest, network } from "../../service/schemas/network.ts";
import { type Route, route } from "./route.ts";

const params = z.object({ host: hostName, id: engineId });

export const dockerNetworkRoutes: readonly Route[] = [
  route({
    method: "PUT",
    url: "/v1/hosts/:host/mirrors",
    operation: "tellMirrors",
    summary:
      "Tells which networks of the cluster an engine cannot have, and which that are being removed it uses",
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
    handle: (service, { params, body, context }) => service.tellMirrors(params.host, body, context),
  }),
  route({
    method: "PUT",
    url: "/v1/hosts/:host/docker-networks/:id",
    operation: "createDockerNetwork",
    summary: "Makes the network that an engine wishes for",
    params,
    body: dockerNetworkRequest,
    example: {
      options: { mtu: "1400" },
      subnets: [{ space: "fairway-local-1", cidr: "10.1.0.0/24", gateway: "10.1.0.1" }],
    },
    status: 200,
    answer: network,
    handle: (service, { params, body, context }) =>
      service.createDockerNetwork(params.host, params.id, body, context),
  }),
  route({
    method: "PATCH",
    url: "/v1/hosts/:host/docker-networks/:id",
    operation: "describeDockerNetwork",
    summary: "Tells the name and labels that an engine gave its network",
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
    handle: (service, { params, body, context }) =>
      service.describeDockerNetwork(params.host, params.id, body, context),
  }),
  route({
    method: "PUT",
    url: "/v1/hosts/:host/docker-networks/:id/asked",
    operation: "askForDockerNetwork",
    summary: "Lets a host reach a network's containers for ten minutes though it has none",
    params,
    status: 204,
    handle: (service, { params, context }) => service.askForDockerNetwork(params.host, params.id, context),
  }),
  route({
    method: "PUT",
    url: "/v1/hosts/:host/docker-networks/:id/claim",
    operation: "claimDockerNetwork",
    summary: "Makes known again what a host has of a network and the center has forgotten",
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
    handle: (service, { params, body, context }) =>
      service.claimDockerNetwork(params.host, params.id, body, context),
  }),
  route({
    method: "DELETE",
    url: "/v1/hosts/:host/docker-networks/:id",
    operation: "deleteDockerNetwork",
    summary: "Removes an engine's network; succeeds when it is gone already",
    params,
    status: 204,
    handle: (service, { params, context }) => service.deleteDockerNetwork(params.host, params.id, context),
  }),
];

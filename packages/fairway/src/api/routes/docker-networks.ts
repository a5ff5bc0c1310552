import { z } from "zod";
import { engineId, hostName } from "../../service/schemas/common.ts";
import { dockerNetworkFacts, dockerNetworkRequest, network } from "../../service/schemas/network.ts";
import { type Route, route } from "./route.ts";

const params = z.object({ host: hostName, id: engineId });

export const dockerNetworkRoutes: readonly Route[] = [
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
    example: { name: "blue", labels: { team: "web" } },
    status: 200,
    answer: network,
    handle: (service, { params, body, context }) =>
      service.describeDockerNetwork(params.host, params.id, body, context),
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

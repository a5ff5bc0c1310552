import {
  dockerEndpoint,
  dockerEndpointFacts,
  dockerEndpointRequest,
  endpoint,
  engineEndpointKey as params,
  publishedPorts,
} from "../../center/schemas/endpoint.ts";
import { route } from "./route.ts";

const url = "/v1/hosts/:host/docker-networks/:networkId/endpoints/:endpointId";

export const createDockerEndpoint = route({
  method: "PUT",
  url,
  summary: "Creates the endpoint for which an engine asks.",
  access: "own host",
  params,
  body: dockerEndpointRequest,
  example: { addresses: ["10.1.0.7"], mac: "02:42:ac:11:00:02" },
  status: 200,
  answer: dockerEndpoint,
  handle: (center, { params, body, context }) => center.dockerEndpoints.create(params, body, context),
});

export const showDockerEndpoint = route({
  method: "GET",
  url,
  summary: "Shows what a host needs to plug an engine's endpoint.",
  access: "own host",
  params,
  status: 200,
  answer: dockerEndpoint,
  handle: (center, { params, context }) => center.dockerEndpoints.show(params, context),
});

export const describeDockerEndpoint = route({
  method: "PATCH",
  url,
  summary: "Records the container, names and labels of an engine's endpoint.",
  access: "own host",
  params,
  body: dockerEndpointFacts,
  example: { containerName: "web-1", names: ["web"], labels: { tier: "front" } },
  status: 200,
  answer: endpoint,
  handle: (center, { params, body, context }) => center.dockerEndpoints.describe(params, body, context),
});

export const publishDockerEndpoint = route({
  method: "PUT",
  url: `${url}/ports`,
  summary: "Records all ports of its host that lead to an engine's endpoint.",
  access: "own host",
  params,
  body: publishedPorts,
  example: { ports: [{ protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 }] },
  status: 204,
  handle: (center, { params, body, context }) => center.dockerEndpoints.publish(params, body, context),
});

export const deleteDockerEndpoint = route({
  method: "DELETE",
  url,
  summary: "Removes an engine's endpoint; succeeds if it is already gone.",
  access: "own host",
  params,
  status: 204,
  handle: (center, { params, context }) => center.dockerEndpoints.delete(params, context),
});

export const purgeDockerEndpoint = route({
  method: "POST",
  url: `${url}/forget`,
  summary:
    "Removes an endpoint that its engine has lost, with the addresses that the engine will not release.",
  access: "own host",
  params,
  status: 204,
  handle: (center, { params, context }) => center.dockerEndpoints.purge(params, context),
});

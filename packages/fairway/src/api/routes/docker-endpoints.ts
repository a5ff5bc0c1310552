import { z } from "zod";
import { engineId, hostName } from "../../service/schemas/common.ts";
import {
  dockerEndpoint,
  dockerEndpointFacts,
  dockerEndpointRequest,
  endpoint,
  publishedPorts,
} from "../../service/schemas/endpoint.ts";
import type { EngineEndpointKey } from "../../service/service.ts";
import { type Route, route } from "./route.ts";

const url = "/v1/hosts/:host/docker-networks/:id/endpoints/:endpoint";
const params = z.object({ host: hostName, id: engineId, endpoint: engineId });

const keyOf = ({ host, id, endpoint }: z.output<typeof params>): EngineEndpointKey => ({
  host,
  networkId: id,
  endpointId: endpoint,
});

export const dockerEndpointRoutes: readonly Route[] = [
  route({
    method: "PUT",
    url,
    operation: "createDockerEndpoint",
    summary: "Makes the endpoint that an engine wishes for",
    params,
    body: dockerEndpointRequest,
    example: { addresses: ["10.1.0.7"], mac: "02:42:ac:11:00:02" },
    status: 200,
    answer: dockerEndpoint,
    handle: (service, { params, body, context }) =>
      service.createDockerEndpoint(keyOf(params), body, context),
  }),
  route({
    method: "GET",
    url,
    operation: "showDockerEndpoint",
    summary: "Shows what a host needs to plug an engine's endpoint",
    params,
    status: 200,
    answer: dockerEndpoint,
    handle: (service, { params, context }) => service.showDockerEndpoint(keyOf(params), context),
  }),
  route({
    method: "PATCH",
    url,
    operation: "describeDockerEndpoint",
    summary: "Tells the container, names and labels of an engine's endpoint",
    params,
    body: dockerEndpointFacts,
    example: { containerName: "web-1", names: ["web"], labels: { tier: "front" } },
    status: 200,
    answer: endpoint,
    handle: (service, { params, body, context }) =>
      service.describeDockerEndpoint(keyOf(params), body, context),
  }),
  route({
    method: "PUT",
    url: `${url}/ports`,
    operation: "publishDockerEndpoint",
    summary: "Tells which ports of its host lead to an engine's endpoint from now on",
    params,
    body: publishedPorts,
    example: { ports: [{ protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 }] },
    status: 204,
    handle: (service, { params, body, context }) =>
      service.publishDockerEndpoint(keyOf(params), body, context),
  }),
  route({
    method: "DELETE",
    url,
    operation: "deleteDockerEndpoint",
    summary: "Removes an engine's endpoint; succeeds when it is gone already",
    params,
    status: 204,
    handle: (service, { params, context }) => service.deleteDockerEndpoint(keyOf(params), context),
  }),
  route({
    method: "POST",
    url: `${url}/forget`,
    operation: "forgetDockerEndpoint",
    summary: "Removes an endpoint that its engine has forgotten, with the addresses that nobody will release",
    params,
    status: 204,
    handle: (service, { params, context }) => service.forgetDockerEndpoint(keyOf(params), context),
  }),
];

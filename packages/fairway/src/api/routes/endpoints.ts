import { z } from "zod";
import { hostName, text } from "../../service/schemas/common.ts";
import { awaitedStage, endpoint, endpointProgress } from "../../service/schemas/endpoint.ts";
import { type Route, route } from "./route.ts";

const reference = text(255).describe(
  "A container's name, a UUID, an address, or an engine's id or an unambiguous start of one",
);

const filter = z.strictObject({
  network: text(255).optional().describe("Only those on this network"),
  host: hostName.optional().describe("Only those on this host"),
});

export const endpointRoutes: readonly Route[] = [
  route({
    method: "GET",
    url: "/v1/endpoints",
    operation: "listEndpoints",
    summary: "Lists the endpoints",
    query: filter,
    status: 200,
    answer: z.array(endpoint),
    handle: (service, { query: { network, host }, context }) =>
      service.listEndpoints(
        { ...(network !== undefined && { network }), ...(host !== undefined && { host }) },
        context,
      ),
  }),
  route({
    method: "GET",
    url: "/v1/endpoints/:reference",
    operation: "showEndpoint",
    summary: "Shows an endpoint",
    params: z.object({ reference }),
    status: 200,
    answer: endpoint,
    handle: (service, { params, context }) => service.showEndpoint(params.reference, context),
  }),
  route({
    method: "GET",
    url: "/v1/endpoints/:reference/progress",
    operation: "endpointProgress",
    summary: "Says how far an endpoint has come on its way to the engine",
    params: z.object({ reference }),
    query: z.strictObject({
      until: awaitedStage.optional().describe("Answers when the endpoint is so far, or after 10 s"),
    }),
    status: 200,
    answer: endpointProgress,
    handle: (service, { params, query, context }) =>
      service.endpointProgress(params.reference, query.until, context),
  }),
];

import { z } from "zod";
import { text } from "../../center/schemas/common.ts";
import {
  awaitedStage,
  endpoint,
  endpointQuery,
  endpointProgress as progressAnswer,
} from "../../center/schemas/endpoint.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { route } from "./route.ts";

const reference = text(255).describe(
  "A container's name, a UUID, an address, or an engine's id or an unambiguous start of one",
);

export const listEndpoints = route({
  method: "GET",
  url: "/v1/endpoints",
  summary: "Lists the endpoints.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: endpointQuery,
  status: 200,
  answer: z.array(endpoint),
  after: keyInList.endpoint,
  handle: (center, { query, context }) => center.endpoints.list(query, context),
});

export const showEndpoint = route({
  method: "GET",
  url: "/v1/endpoints/:reference",
  summary: "Shows an endpoint.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params: z.object({ reference }),
  status: 200,
  answer: endpoint,
  handle: (center, { params, context }) => center.endpoints.show(params.reference, context),
});

export const endpointProgress = route({
  method: "GET",
  url: "/v1/endpoints/:reference/progress",
  summary: "Shows how far an endpoint is on its way to the engine. A host sees only endpoints of its own.",
  access: "any host",
  params: z.object({ reference }),
  query: z.strictObject({
    until: awaitedStage.optional().describe("Answers when the endpoint is so far, or after 10 s"),
  }),
  status: 200,
  answer: progressAnswer,
  handle: (center, { params, query, context }) =>
    center.endpoints.progress(params.reference, query.until, context),
});

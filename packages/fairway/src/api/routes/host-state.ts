import { z } from "zod";
import { hostName, text } from "../../center/schemas/common.ts";
import { hostStateMessage } from "../../center/schemas/host-state.ts";
import { stream } from "./route.ts";

export const followHostState = stream({
  method: "GET",
  url: "/v1/hosts/:host/state",
  summary:
    "Streams what a host must have: a snapshot or what changed since a revision, then changes and heartbeats.",
  access: "own host",
  params: z.object({ host: hostName }),
  query: z.strictObject({
    revision: text(255).optional().describe("The last revision that the caller holds"),
  }),
  status: 200,
  answer: hostStateMessage,
  heartbeat: ({ revision = "" }, last) => ({
    type: "heartbeat" as const,
    revision: last?.revision ?? revision,
  }),
  handle: (center, { params, query, context }) =>
    center.hostStates.follow(params.host, query.revision, context.signal),
});

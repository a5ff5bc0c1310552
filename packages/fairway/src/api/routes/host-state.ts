import { z } from "zod";
import { hostName, text } from "../../service/schemas/common.ts";
import { hostStateMessage } from "../../service/schemas/host-state.ts";

/** The one answer that does not end; `state-stream.ts` gives it. */
export const hostStateRow = {
  method: "GET",
  url: "/v1/hosts/:host/state",
  operation: "followHostState",
  summary: "Streams what a host must have: a snapshot or what changed since a revision, changes, heartbeats",
  params: z.object({ host: hostName }),
  query: z.strictObject({
    revision: text(255).optional().describe("The last revision that the caller holds"),
  }),
  status: 200,
  answer: hostStateMessage,
  media: "application/x-ndjson",
} as const;

import { z } from "zod";
import { event, eventId, nounFilter } from "../../center/schemas/event.ts";
import { stream } from "./route.ts";

export const followEvents = stream({
  method: "GET",
  url: "/v1/events",
  summary:
    "Streams every change of hosts, physical networks, networks, subnets, endpoints and addresses, to administrators also of principals and tokens, as server-sent events.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: z.strictObject({
    noun: nounFilter.describe("Only events of this noun; may be given several times"),
    after: eventId
      .optional()
      .describe(
        "The last event that the caller has; the header `Last-Event-ID` says the same, and counts more",
      ),
  }),
  status: 200,
  format: "events",
  answer: event,
  heartbeat: ({ after = "0-0.0" }, last) => ({ type: "heartbeat" as const, id: last?.id ?? after }),
  handle: (center, { query, context }) =>
    center.events.follow({ nouns: query.noun, after: query.after }, context),
});

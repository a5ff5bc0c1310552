import { trace, traceQuery } from "../../center/schemas/trace.ts";
import { route } from "./route.ts";

export const tracePacket = route({
  method: "GET",
  url: "/v1/trace",
  summary: "Says where a packet goes, and what decides it, by OVN's own trace.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: traceQuery,
  status: 200,
  answer: trace,
  handle: (center, { query, context }) => center.traces.trace(query, context),
});

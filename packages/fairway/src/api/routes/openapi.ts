import { z } from "zod";
import { route } from "./route.ts";

export const openApi = route({
  method: "GET",
  url: "/v1/openapi.json",
  summary: "Returns this document.",
  access: "any host",
  role: "anyone",
  status: 200,
  answer: z.record(z.string(), z.unknown()),
  handle: (_center, { describe }) => describe(),
});

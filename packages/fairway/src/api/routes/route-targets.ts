import { z } from "zod";
import { text } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { pageQuery } from "../../center/schemas/page.ts";
import { routeTarget } from "../../center/schemas/route-target.ts";
import { route } from "./route.ts";

const targetQuery = text(64, 1).optional().describe("Only this route target; `*` stands for any letters");

export const listRouteTargets = route({
  method: "GET",
  url: "/v1/route-targets",
  summary: "Lists the route targets with the networks that import and export them.",
  access: "any host",
  role: "viewer",
  query: z.strictObject({ target: targetQuery, ...pageQuery }),
  status: 200,
  answer: z.array(routeTarget),
  after: keyInList.routeTarget,
  handle: (center, { query, context }) => center.routeTargets.list(query, context),
});

import { z } from "zod";
import { address } from "../../center/schemas/address.ts";
import { hostName, text } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { pageQuery } from "../../center/schemas/page.ts";
import { route } from "./route.ts";

export const listAddresses = route({
  method: "GET",
  url: "/v1/addresses",
  summary: "Lists the addresses in use.",
  access: "any host",
  role: "viewer",
  query: z.strictObject({
    network: text(255).optional().describe("Only those on this network"),
    host: hostName.optional().describe("Only those that this host took"),
    purpose: z.enum(["endpoint", "gateway", "auxiliary"]).optional().describe("Only those for this"),
    ...pageQuery,
  }),
  status: 200,
  answer: z.array(address),
  after: keyInList.address,
  handle: (center, { query, context }) => center.addresses.list(query, context),
});

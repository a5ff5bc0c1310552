import { z } from "zod";
import { changeQuery, ownUuid, text } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { subnet } from "../../center/schemas/network.ts";
import { newSubnet, subnetOfNetwork, subnetPatch } from "../../center/schemas/network-request.ts";
import { pageQuery } from "../../center/schemas/page.ts";
import { route } from "./route.ts";

const params = z.object({
  reference: text(320).describe(
    "A UUID or an unambiguous start of one, or a CIDR: `10.1.0.0/24`, `10.1.0.0/24@blue`",
  ),
});

export const listSubnets = route({
  method: "GET",
  url: "/v1/subnets",
  summary: "Lists the subnets of networks.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: z.strictObject({
    network: text(255).optional().describe("Only those of this network"),
    ...pageQuery,
  }),
  status: 200,
  answer: z.array(subnet),
  after: keyInList.subnet,
  handle: (center, { query, context }) => center.subnets.list(query, context),
});

export const createSubnet = route({
  method: "POST",
  url: "/v1/subnets",
  summary: "Gives a network another subnet. With an `id` it may be asked for again.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  query: changeQuery,
  body: newSubnet,
  example: { network: "blue", cidr: "10.2.0.0/24", ranges: ["10.2.0.128/25"] },
  status: 201,
  answer: subnet,
  handle: (center, { query, body, context }) =>
    center.subnets.create(body, { isDry: query["dry-run"] }, context),
});

export const showSubnet = route({
  method: "GET",
  url: "/v1/subnets/:reference",
  summary: "Shows a subnet.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params,
  status: 200,
  answer: subnet,
  handle: (center, { params, context }) => center.subnets.show(params.reference, context),
});

export const putSubnet = route({
  method: "PUT",
  url: "/v1/subnets/:reference",
  summary:
    "Creates a subnet under a UUID of the caller's, or makes the one that is there equal to the request.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: z.object({ reference: ownUuid.describe("A UUID of the caller's choice") }),
  query: changeQuery,
  body: subnetOfNetwork,
  example: { network: "blue", cidr: "10.2.0.0/24", auxiliaries: ["10.2.0.9"] },
  status: 200,
  answer: subnet,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.subnets.put(params.reference, body, { isDry: query["dry-run"], revisions }, context),
});

export const updateSubnet = route({
  method: "PATCH",
  url: "/v1/subnets/:reference",
  summary: "Changes a subnet by a JSON merge patch (RFC 7396), while its containers go on.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  body: subnetPatch,
  example: { ranges: ["10.2.0.64/26"], hostRoutes: ["10.9.0.0/16 10.2.0.7"] },
  status: 200,
  answer: subnet,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.subnets.update(params.reference, body, { isDry: query["dry-run"], revisions }, context),
});

export const removeSubnet = route({
  method: "DELETE",
  url: "/v1/subnets/:reference",
  summary:
    "Takes a subnet from its network; refused while a container has an address of it. Returns the subnet.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  status: 200,
  answer: subnet,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.subnets.remove(params.reference, { isDry: query["dry-run"], revisions }, context),
});

import { z } from "zod";
import { changeQuery, ownUuid, text } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { network } from "../../center/schemas/network.ts";
import { askedNetwork, networkPatch, newNetwork } from "../../center/schemas/network-request.ts";
import { labelQuery, nameQuery, pageQuery } from "../../center/schemas/page.ts";
import { route } from "./route.ts";

const params = z.object({
  reference: text(255).describe(
    "A name, `name@host`, a UUID, or an engine's id or an unambiguous start of one",
  ),
});

export const listNetworks = route({
  method: "GET",
  url: "/v1/networks",
  summary: "Lists the networks.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: z.strictObject({
    name: nameQuery,
    label: labelQuery,
    mode: z.enum(["nat", "isolated", "routed", "flat"]).optional().describe("Only those of this mode"),
    origin: z.enum(["docker", "api"]).optional().describe("Only those that engines made, or the API"),
    ...pageQuery,
  }),
  status: 200,
  answer: z.array(network),
  after: keyInList.network,
  handle: (center, { query, context }) => center.networks.list(query, context),
});

export const createNetwork = route({
  method: "POST",
  url: "/v1/networks",
  summary: "Creates a network on every engine. With an `id` it may be asked for again.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  query: changeQuery,
  body: newNetwork,
  example: {
    name: "blue",
    mode: "nat",
    subnets: [{ cidr: "10.1.0.0/24", gateway: "10.1.0.1" }, { family: 6 }],
    labels: { team: "web" },
  },
  status: 201,
  answer: network,
  handle: (center, { query, body, context }) =>
    center.networks.create(body, { isDry: query["dry-run"] }, context),
});

export const showNetwork = route({
  method: "GET",
  url: "/v1/networks/:reference",
  summary: "Shows a network with its subnets and the engines that know it.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params,
  status: 200,
  answer: network,
  handle: (center, { params, context }) => center.networks.show(params.reference, context),
});

export const putNetwork = route({
  method: "PUT",
  url: "/v1/networks/:reference",
  summary:
    "Creates a network under a UUID of the caller's, or makes the one that is there equal to the request.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: z.object({ reference: ownUuid.describe("A UUID of the caller's choice") }),
  query: changeQuery,
  body: askedNetwork,
  example: {
    name: "blue",
    subnets: [{ cidr: "10.1.0.0/24" }],
    mtu: 1400,
    options: { "port-security": "strict" },
  },
  status: 200,
  answer: network,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.networks.put(params.reference, body, { isDry: query["dry-run"], revisions }, context),
});

export const updateNetwork = route({
  method: "PATCH",
  url: "/v1/networks/:reference",
  summary: "Changes a network by a JSON merge patch (RFC 7396), while its containers go on.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  body: networkPatch,
  example: { mtu: 1400, labels: { team: "ops", owner: null }, options: { "port-security": "strict" } },
  status: 200,
  answer: network,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.networks.update(params.reference, body, { isDry: query["dry-run"], revisions }, context),
});

export const removeNetwork = route({
  method: "DELETE",
  url: "/v1/networks/:reference",
  summary:
    "Removes a network from every engine once none has a container on it. Returns the network as it is until then.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  status: 200,
  answer: network,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.networks.remove(params.reference, { isDry: query["dry-run"], revisions }, context),
});

export const keepNetwork = route({
  method: "DELETE",
  url: "/v1/networks/:reference/removal",
  summary: "Cancels the removal of a network that waits until no container uses it. Returns the network.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  status: 200,
  answer: network,
  handle: (center, { params, context }) => center.networks.keep(params.reference, context),
});

import { z } from "zod";
import { changeQuery, text } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { labelQuery, pageQuery } from "../../center/schemas/page.ts";
import { newVip, vip, vipPatch } from "../../center/schemas/vip.ts";
import { route } from "./route.ts";

const params = z.object({ vip: text(320, 1).describe("The address, ADDRESS@NETWORK, or a UUID") });

export const listVips = route({
  method: "GET",
  url: "/v1/vips",
  summary: "Lists the addresses that move between members.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: z.strictObject({
    network: text(255).optional().describe("Only those on this network"),
    label: labelQuery,
    ...pageQuery,
  }),
  status: 200,
  answer: z.array(vip),
  after: keyInList.vip,
  handle: (center, { query, context }) => center.vips.list(query, context),
});

export const createVip = route({
  method: "POST",
  url: "/v1/vips",
  summary: "Makes an address that its members have in turn.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  query: changeQuery,
  body: newVip,
  example: { network: "blue", ip: "10.1.0.100", members: ["vm1"] },
  status: 201,
  answer: vip,
  handle: (center, { query, body, context }) =>
    center.vips.create(body, { isDry: query["dry-run"] }, context),
});

export const showVip = route({
  method: "GET",
  url: "/v1/vips/:vip",
  summary: "Shows an address that moves between members.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params,
  status: 200,
  answer: vip,
  handle: (center, { params, context }) => center.vips.show(params.vip, context),
});

export const updateVip = route({
  method: "PATCH",
  url: "/v1/vips/:vip",
  summary: "Changes a VIP's members, labels or options by a JSON merge patch (RFC 7396).",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  body: vipPatch,
  example: { members: [], labels: { team: "shop" } },
  status: 200,
  answer: vip,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.vips.update(params.vip, body, { isDry: query["dry-run"], revisions }, context),
});

export const removeVip = route({
  method: "DELETE",
  url: "/v1/vips/:vip",
  summary: "Removes a VIP; its address is free. Returns it as it was.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  status: 200,
  answer: vip,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.vips.remove(params.vip, { isDry: query["dry-run"], revisions }, context),
});

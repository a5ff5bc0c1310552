import { z } from "zod";
import { changeQuery, text } from "../../center/schemas/common.ts";
import { organizationName, zoneName } from "../../center/schemas/level-name.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { labelQuery, nameQuery, pageQuery } from "../../center/schemas/page.ts";
import {
  levelPatch,
  levelSpec,
  newOrganization,
  newZone,
  organization,
  organizationPatch,
  organizationSpec,
  zone,
} from "../../center/schemas/tenancy.ts";
import { route } from "./route.ts";

const ofOrganization = z.object({ organization: text(63, 1).describe("The organization's name or UUID") });
const ofZone = z.object({ zone: text(191, 1).describe("The zone's full name or UUID") });
const filter = z.strictObject({ name: nameQuery, label: labelQuery, ...pageQuery });

export const listOrganizations = route({
  method: "GET",
  url: "/v1/organizations",
  summary: "Lists the organizations with their domains.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: filter,
  status: 200,
  answer: z.array(organization),
  after: keyInList.organization,
  handle: (center, { query, context }) => center.organizations.list(query, context),
});

export const createOrganization = route({
  method: "POST",
  url: "/v1/organizations",
  summary: "Makes an organization; its domains are routers with its name before theirs.",
  access: "root",
  query: changeQuery,
  body: newOrganization,
  example: { name: "Enterprise" },
  status: 201,
  answer: organization,
  handle: (center, { query, body, context }) =>
    center.organizations.create(body, { isDry: query["dry-run"] }, context),
});

export const showOrganization = route({
  method: "GET",
  url: "/v1/organizations/:organization",
  summary: "Shows an organization with its domains.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params: ofOrganization,
  status: 200,
  answer: organization,
  handle: (center, { params, context }) => center.organizations.show(params.organization, context),
});

export const putOrganization = route({
  method: "PUT",
  url: "/v1/organizations/:organization",
  summary: "Makes an organization. One of that name that is so already stays as it is.",
  access: "root",
  params: z.object({ organization: organizationName.describe("The organization's name") }),
  query: changeQuery,
  body: organizationSpec,
  example: { labels: { customer: "7" } },
  status: 200,
  answer: organization,
  handle: (center, { params, query, body, context }) =>
    center.organizations.put({ ...body, name: params.organization }, { isDry: query["dry-run"] }, context),
});

export const updateOrganization = route({
  method: "PATCH",
  url: "/v1/organizations/:organization",
  summary: "Changes an organization's labels, options or quotas by a JSON merge patch (RFC 7396).",
  access: "root",
  params: ofOrganization,
  query: changeQuery,
  body: organizationPatch,
  example: { labels: { customer: null }, quotas: { networks: 10 } },
  status: 200,
  answer: organization,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.organizations.update(params.organization, body, { isDry: query["dry-run"], revisions }, context),
});

export const removeOrganization = route({
  method: "DELETE",
  url: "/v1/organizations/:organization",
  summary: "Removes an organization that has no domain. Returns it as it was.",
  access: "root",
  params: ofOrganization,
  query: changeQuery,
  status: 200,
  answer: organization,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.organizations.remove(params.organization, { isDry: query["dry-run"], revisions }, context),
});

export const listZones = route({
  method: "GET",
  url: "/v1/zones",
  summary: "Lists the zones of domains with their networks.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: filter,
  status: 200,
  answer: z.array(zone),
  after: keyInList.zone,
  handle: (center, { query, context }) => center.zones.list(query, context),
});

export const createZone = route({
  method: "POST",
  url: "/v1/zones",
  summary: "Makes a zone of a domain; its networks have its name before theirs.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  query: changeQuery,
  body: newZone,
  example: { name: "Enterprise/Domain/Zone" },
  status: 201,
  answer: zone,
  handle: (center, { query, body, context }) =>
    center.zones.create(body, { isDry: query["dry-run"] }, context),
});

export const showZone = route({
  method: "GET",
  url: "/v1/zones/:zone",
  summary: "Shows a zone with its networks.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params: ofZone,
  status: 200,
  answer: zone,
  handle: (center, { params, context }) => center.zones.show(params.zone, context),
});

export const putZone = route({
  method: "PUT",
  url: "/v1/zones/:zone",
  summary: "Makes a zone of a domain. One of that name that is so already stays as it is.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: z.object({ zone: zoneName.describe("The zone's full name") }),
  query: changeQuery,
  body: levelSpec,
  example: { labels: { tier: "web" } },
  status: 200,
  answer: zone,
  handle: (center, { params, query, body, context }) =>
    center.zones.put({ ...body, name: params.zone }, { isDry: query["dry-run"] }, context),
});

export const updateZone = route({
  method: "PATCH",
  url: "/v1/zones/:zone",
  summary: "Changes a zone's labels or options by a JSON merge patch (RFC 7396).",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: ofZone,
  query: changeQuery,
  body: levelPatch,
  example: { labels: { tier: null } },
  status: 200,
  answer: zone,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.zones.update(params.zone, body, { isDry: query["dry-run"], revisions }, context),
});

export const removeZone = route({
  method: "DELETE",
  url: "/v1/zones/:zone",
  summary: "Removes a zone that has no network. Returns it as it was.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: ofZone,
  query: changeQuery,
  status: 200,
  answer: zone,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.zones.remove(params.zone, { isDry: query["dry-run"], revisions }, context),
});

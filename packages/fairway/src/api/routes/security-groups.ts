import { z } from "zod";
import { changeQuery, text } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { labelQuery, nameQuery, pageQuery } from "../../center/schemas/page.ts";
import { networkReference } from "../../center/schemas/router.ts";
import {
  groupName,
  newSecurityGroup,
  securityGroup,
  securityGroupPatch,
  securityGroupSpec,
} from "../../center/schemas/security-group.ts";
import { route } from "./route.ts";

const params = z.object({ group: text(127, 1).describe("A security group's name or UUID") });
const memberParams = params.extend({
  member: text(255, 1).describe("A container's name or id, a port's name, an address or a UUID"),
});
const memberQuery = changeQuery.extend({
  network: networkReference.optional().describe("Only on this network; on all of its by default"),
});

export const listSecurityGroups = route({
  method: "GET",
  url: "/v1/security-groups",
  summary: "Lists the security groups with their rules.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: z.strictObject({ name: nameQuery, label: labelQuery, ...pageQuery }),
  status: 200,
  answer: z.array(securityGroup),
  after: keyInList.securityGroup,
  handle: (center, { query, context }) => center.securityGroups.list(query, context),
});

export const createSecurityGroup = route({
  method: "POST",
  url: "/v1/security-groups",
  summary: "Makes a security group: what its members get and send is what its rules allow.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  query: changeQuery,
  body: newSecurityGroup,
  example: { name: "web", rules: { "ingress tcp 80,443 from any": "allow" } },
  status: 201,
  answer: securityGroup,
  handle: (center, { query, body, context }) =>
    center.securityGroups.create(body, { isDry: query["dry-run"] }, context),
});

export const showSecurityGroup = route({
  method: "GET",
  url: "/v1/security-groups/:group",
  summary: "Shows a security group.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params,
  status: 200,
  answer: securityGroup,
  handle: (center, { params, context }) => center.securityGroups.show(params.group, context),
});

export const putSecurityGroup = route({
  method: "PUT",
  url: "/v1/security-groups/:group",
  summary: "Makes a security group of this name; one that is so already stays as it is.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: z.object({ group: groupName.describe("The group's name") }),
  query: changeQuery,
  body: securityGroupSpec,
  example: { joinableByLabel: true },
  status: 200,
  answer: securityGroup,
  handle: (center, { params, query, body, context }) =>
    center.securityGroups.put({ ...body, name: params.group }, { isDry: query["dry-run"] }, context),
});

export const updateSecurityGroup = route({
  method: "PATCH",
  url: "/v1/security-groups/:group",
  summary: "Changes a security group's rules, labels or options by a JSON merge patch (RFC 7396).",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  body: securityGroupPatch,
  example: { rules: { "ingress tcp 80 from any": null, "ingress tcp 5432 from group web": "allow" } },
  status: 200,
  answer: securityGroup,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.securityGroups.update(params.group, body, { isDry: query["dry-run"], revisions }, context),
});

export const removeSecurityGroup = route({
  method: "DELETE",
  url: "/v1/security-groups/:group",
  summary: "Removes a security group in which nobody is. Returns it as it was.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  status: 200,
  answer: securityGroup,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.securityGroups.remove(params.group, { isDry: query["dry-run"], revisions }, context),
});

export const joinSecurityGroup = route({
  method: "PUT",
  url: "/v1/security-groups/:group/members/:member",
  summary: "Puts a container or a port into a security group, while it goes on.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: memberParams,
  query: memberQuery,
  status: 200,
  answer: securityGroup,
  isConditional: true,
  handle: (center, { params, query: { "dry-run": isDry, network }, revisions, context }) =>
    center.securityGroups.join({ ...params, network }, { isDry, revisions }, context),
});

export const leaveSecurityGroup = route({
  method: "DELETE",
  url: "/v1/security-groups/:group/members/:member",
  summary: "Takes a container or a port from a security group; succeeds where it is not in it.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: memberParams,
  query: memberQuery,
  status: 200,
  answer: securityGroup,
  isConditional: true,
  handle: (center, { params, query: { "dry-run": isDry, network }, revisions, context }) =>
    center.securityGroups.leave({ ...params, network }, { isDry, revisions }, context),
});

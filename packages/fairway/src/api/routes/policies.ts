import { z } from "zod";
import { changeQuery, text } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { labelQuery, nameQuery, pageQuery } from "../../center/schemas/page.ts";
import { newPolicy, policy, policyName, policyPatch, policySpec } from "../../center/schemas/policy.ts";
import { route } from "./route.ts";

const params = z.object({ policy: text(127, 1).describe("A policy's name or UUID") });

export const listPolicies = route({
  method: "GET",
  url: "/v1/policies",
  summary: "Lists the policies of the cluster and of organizations with their rules.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: z.strictObject({ name: nameQuery, label: labelQuery, ...pageQuery }),
  status: 200,
  answer: z.array(policy),
  after: keyInList.policy,
  handle: (center, { query, context }) => center.policies.list(query, context),
});

export const createPolicy = route({
  method: "POST",
  url: "/v1/policies",
  summary: "Makes a policy: rules that all endpoints obey before those of their groups.",
  access: "root",
  role: "admin",
  isForOrganizations: true,
  query: changeQuery,
  body: newPolicy,
  example: { name: "baseline", rules: { "egress any to 192.0.2.0/24": "reject" } },
  status: 201,
  answer: policy,
  handle: (center, { query, body, context }) =>
    center.policies.create(body, { isDry: query["dry-run"] }, context),
});

export const showPolicy = route({
  method: "GET",
  url: "/v1/policies/:policy",
  summary: "Shows a policy.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params,
  status: 200,
  answer: policy,
  handle: (center, { params, context }) => center.policies.show(params.policy, context),
});

export const putPolicy = route({
  method: "PUT",
  url: "/v1/policies/:policy",
  summary: "Makes a policy of this name; one that is so already stays as it is.",
  access: "root",
  role: "admin",
  isForOrganizations: true,
  params: z.object({ policy: policyName.describe("The policy's name") }),
  query: changeQuery,
  body: policySpec,
  example: { rules: { "ingress tcp 22 from any": "reject" } },
  status: 200,
  answer: policy,
  handle: (center, { params, query, body, context }) =>
    center.policies.put({ ...body, name: params.policy }, { isDry: query["dry-run"] }, context),
});

export const updatePolicy = route({
  method: "PATCH",
  url: "/v1/policies/:policy",
  summary: "Changes a policy's rules, labels or options by a JSON merge patch (RFC 7396).",
  access: "root",
  role: "admin",
  isForOrganizations: true,
  params,
  query: changeQuery,
  body: policyPatch,
  example: { rules: { "ingress tcp 22 from any": null, "ingress tcp 22 from hosts": "allow" } },
  status: 200,
  answer: policy,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.policies.update(params.policy, body, { isDry: query["dry-run"], revisions }, context),
});

export const removePolicy = route({
  method: "DELETE",
  url: "/v1/policies/:policy",
  summary: "Removes a policy with its rules. Returns it as it was.",
  access: "root",
  role: "admin",
  isForOrganizations: true,
  params,
  query: changeQuery,
  status: 200,
  answer: policy,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.policies.remove(params.policy, { isDry: query["dry-run"], revisions }, context),
});

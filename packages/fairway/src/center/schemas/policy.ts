import { z } from "zod";
import { ruleActions } from "../../rules.ts";
import { components, stringMap, uuid } from "./common.ts";
import { groupName, groupRules } from "./security-group.ts";
import { patched } from "./spec-shapes.ts";

/** As a group's: a policy of the cluster has one name, an organization's has that one's name before its own, e.g. `Enterprise/baseline`. */
export const policyName = groupName;

/** What a policy is to be. */
export const policySpec = z.strictObject({
  /** What is done with what endpoints get and send, e.g. `{"egress any to 192.0.2.0/24": "reject"}`. What no rule is of, the next tier decides. */
  rules: groupRules.default({}),
  labels: stringMap.default({}),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
});
components.add(policySpec, { id: "PolicySpec" });

/** The same with its name, where no path says that. */
export const newPolicy = policySpec.extend({ name: policyName });
export type NewPolicy = z.output<typeof newPolicy>;
components.add(newPolicy, { id: "NewPolicy" });

/** A change of a policy (RFC 7396): a rule whose action is null goes, and with it the connections that it alone allowed. */
export const policyPatch = z.strictObject(patched(policySpec.shape));
export type PolicyPatch = z.output<typeof policyPatch>;
components.add(policyPatch, { id: "PolicyPatch" });

export const policy = z.strictObject({
  uuid,
  name: z.string(),
  /** Whose endpoints obey it: `cluster`, all of them; `organization`, those on networks of that one. */
  tier: z.enum(["cluster", "organization"]),
  /** The organization that it belongs to; null of one of the cluster. */
  organization: z.string().nullable(),
  rules: z.record(z.string(), z.enum(ruleActions)),
  labels: stringMap,
  options: stringMap,
  /** Another one after each change of what the policy is to be. */
  revision: z.string(),
  /** What does not work at the moment, by part; empty when all is well. */
  status: stringMap,
});
export type Policy = z.infer<typeof policy>;
components.add(policy, { id: "Policy" });

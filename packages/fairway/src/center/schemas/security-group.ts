import { z } from "zod";
import { longestKey, mostEntries } from "../../free-text.ts";
import { levelsPattern } from "../../level-names.ts";
import { ruleActions } from "../../rules.ts";
import { components, stringMap, text, uuid } from "./common.ts";
import { patched } from "./spec-shapes.ts";

/** As a router's: an organization's group has that one's name before its own. */
export const groupName = z
  .string()
  .max(127)
  .regex(
    new RegExp(`^(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,62}|${levelsPattern(2)})$`),
    "must be 1 to 63 letters, digits, dots, dashes and underscores, and begin with a letter or digit, e.g. web; " +
      "of an organization ORGANIZATION/GROUP, e.g. Enterprise/web",
  );

/** An endpoint is in so many groups at most. */
export const mostGroups = 32;

/** Rules of a group or policy, with what each does. */
export const groupRules = z
  .record(text(longestKey), z.enum(ruleActions))
  .refine((map) => Object.keys(map).length <= mostEntries, `must have at most ${mostEntries} entries`);

/** What a security group is to be, beside who is in it. */
export const securityGroupSpec = z.strictObject({
  /** What is done with what members get and send, e.g. `{"ingress tcp 80 from any": "allow"}`. What members get and no rule allows is dropped. */
  rules: groupRules.default({}),
  /** Whether a container is in it whose label `fairway.groups` names it, unless that label is its image's. */
  joinableByLabel: z.boolean().default(false),
  labels: stringMap.default({}),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
});
components.add(securityGroupSpec, { id: "SecurityGroupSpec" });

/** The same with its name, where no path says that. */
export const newSecurityGroup = securityGroupSpec.extend({ name: groupName });
export type NewSecurityGroup = z.output<typeof newSecurityGroup>;
components.add(newSecurityGroup, { id: "NewSecurityGroup" });

/** A change of a security group (RFC 7396): a rule whose action is null goes, and with it the connections that it allowed. */
export const securityGroupPatch = z.strictObject(patched(securityGroupSpec.shape));
export type SecurityGroupPatch = z.output<typeof securityGroupPatch>;
components.add(securityGroupPatch, { id: "SecurityGroupPatch" });

export const securityGroup = z.strictObject({
  uuid,
  name: z.string(),
  /** The organization that it belongs to; null of one that is nobody's. */
  organization: z.string().nullable(),
  rules: z.record(z.string(), z.enum(ruleActions)),
  joinableByLabel: z.boolean(),
  labels: stringMap,
  options: stringMap,
  /** How many endpoints are in it; `/v1/endpoints?group=` lists them. */
  members: z.int(),
  /** Another one after each change of what the group is to be; who is in it does not count. */
  revision: z.string(),
  /** What does not work at the moment, by part; empty when all is well. */
  status: stringMap,
});
export type SecurityGroup = z.infer<typeof securityGroup>;
components.add(securityGroup, { id: "SecurityGroup" });

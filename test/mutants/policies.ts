import type { Mutant } from "./mutant.ts";

const compiled = "packages/fairway/test/compile/northbound/policy.test.ts";
const noun = "packages/fairway/test/center/policies/policies.test.ts";
const rows = "packages/fairway/src/compile/northbound/policy.ts";

/** Guard rails: rules of the cluster above those of organizations above those of groups. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "the cluster is above organizations",
    file: rows,
    from: "cluster: { deny: 1_600, allow: 1_500 }",
    to: "cluster: { deny: 1_400, allow: 1_300 }",
    test: compiled,
  },
  {
    breaks: "what a policy denies counts more than what it allows",
    file: rows,
    from: 'action === "allow" ? own.allow : own.deny',
    to: "own.allow",
    test: compiled,
  },
  {
    breaks: "zones do not stop what a policy allows to be sent",
    file: rows,
    from: 'const isPassed = direction === "egress" && action === "allow";',
    to: "const isPassed = false;",
    test: compiled,
  },
  {
    breaks: "a policy without rules is nothing",
    file: rows,
    from: " || Object.keys(policy.rules).length === 0",
    to: "",
    test: compiled,
  },
  {
    breaks: "where a policy holds all is tracked",
    file: "packages/fairway/src/compile/northbound/gateway-host.ts",
    from: "policiesOn(view, network._uuid).length > 0",
    to: "false",
    test: compiled,
  },
  {
    breaks: "an organization's policy holds on its networks alone",
    file: "packages/fairway/src/intent/policies.ts",
    from: "[clusterTier, organizationOfNetwork(row) ?? clusterTier]",
    to: '[clusterTier, "Org5"]',
    test: noun,
  },
  {
    breaks: "administrators alone change policies",
    file: "packages/fairway/src/center/policies/policies.ts",
    from: 'if (caller.kind !== "principal" || caller.role === "admin") return own;',
    to: "return own;",
    test: noun,
  },
  {
    breaks: "an organization with policies stays",
    file: "packages/fairway/src/center/tenancy/organizations.ts",
    from: 'policies.length > 0 ? { noun: "policy", names: policies.sort() } : heldElsewhere(view, _uuid)',
    to: "heldElsewhere(view, _uuid)",
    test: noun,
  },
];

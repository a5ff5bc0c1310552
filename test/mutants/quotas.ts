import type { Mutant } from "./mutant.ts";

const asked = "packages/fairway/test/center/tenancy/quotas.test.ts";
const engines = "packages/fairway/test/center/tenancy/docker-quotas.test.ts";
const quotas = "packages/fairway/src/center/tenancy/quotas.ts";
const bindings = "packages/fairway/src/center/addresses/bindings.ts";

/** What an organization may have at most. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "an organization has as much as its quota says, and no more",
    file: quotas,
    from: "if (has + more <= bound) return;",
    to: "if (has + more <= bound + 1) return;",
    test: asked,
  },
  {
    breaks: "less than there was always goes, also beyond the quota",
    file: quotas,
    from: " || more <= 0) return;",
    to: ") return;",
    test: asked,
  },
  {
    breaks: "what a transaction drafts counts",
    file: "packages/fairway/src/intent/among.ts",
    from: "sum + count(after) - count(before)",
    to: "sum - count(before)",
    test: asked,
  },
  {
    breaks: "a network that the API makes is counted",
    file: "packages/fairway/src/center/networks/network-changes.ts",
    from: '  if (zone !== undefined) checkQuota(draft, "networks", "Zone", zone);\n',
    to: "",
    test: asked,
  },
  {
    breaks: "a network that is made on an engine's way is counted",
    file: "packages/fairway/src/center/docker/zone-networks.ts",
    from: '  if (zone !== undefined) checkQuota(draft, "networks", "Zone", zone);\n',
    to: "",
    test: engines,
  },
  {
    breaks: "a port that was made by name is counted",
    file: "packages/fairway/src/center/endpoints/port-rows.ts",
    from: '  checkQuotaOn(draft, "ports", "Network", network, organization);\n',
    to: "",
    test: asked,
  },
  {
    breaks: "a container's endpoint is counted",
    file: "packages/fairway/src/center/endpoints/endpoint-rows.ts",
    from: '  checkQuotaOn(draft, "ports", "Network", network, organization);\n',
    to: "",
    test: engines,
  },
  {
    breaks: "an address that an engine asks for is counted",
    file: bindings,
    from: '  if (subnet !== undefined) checkQuotaOn(draft, "addresses", "Subnet", subnet, organization);\n',
    to: "",
    test: engines,
  },
  {
    breaks: "a gateway is no address of the organization's",
    file: "packages/fairway/src/intent/indexes.ts",
    from: 'organization === null && ["endpoint", "further", "reserved", "vip"].includes(purpose)',
    to: 'purpose !== "router"',
    test: asked,
  },
  {
    breaks: "an address that a port gets by itself is counted",
    file: bindings,
    from: '  checkQuotaOn(draft, "addresses", "Subnet", subnet, endpoint.organization);\n  hold(draft, endpoint, subnet, ip);\n',
    to: "  hold(draft, endpoint, subnet, ip);\n",
    test: asked,
  },
  {
    breaks: "an address that an endpoint names without having asked for it is counted",
    file: bindings,
    from: '  checkQuotaOn(draft, "addresses", "Subnet", subnet, endpoint.organization);\n  if (!takeAddress(',
    to: "  if (!takeAddress(",
    test: engines,
  },
  {
    breaks: "what an engine has already is not refused",
    file: bindings,
    from: "  hold(draft, endpoint, subnet, ip);\n  return true;\n",
    to: "  holdAddress(draft, endpoint, subnet, ip);\n  return true;\n",
    test: engines,
  },
  {
    breaks: "where a quota is used up, endpoints without a link make room",
    file: "packages/fairway/src/docker/take-over.ts",
    from: 'error.code === "exhausted" ? () => true : holds',
    to: "holds(item)",
    test: "packages/fairway/test/docker/take-over.test.ts",
  },
  {
    breaks: "rules that are added to a domain are counted",
    file: "packages/fairway/src/center/routers/routers.ts",
    from: '      checkQuota(draft, "rules", "Router", row, ruleCount(policy) - ruleCount(row));\n',
    to: "",
    test: asked,
  },
  {
    breaks: "rules with which a domain is made are counted",
    file: "packages/fairway/src/center/routers/routers.ts",
    from: '      checkQuota(draft, "rules", "Organization", organization, ruleCount(policy));\n',
    to: "      ruleCount(policy);\n",
    test: asked,
  },
  {
    breaks: "quotas are an administrator's of all organizations to say",
    file: "packages/fairway/src/center/tenancy/organizations.ts",
    from: "    mayAdminister(caller);\n",
    to: "",
    test: asked,
  },
  {
    breaks: "a file's quotas are compared with the organization's",
    file: "packages/fairway/src/cli/manifest/plan-levels.ts",
    from: "...(quotas !== undefined && { quotas })",
    to: "",
    test: "packages/fairway/test/cli/manifest-levels.test.ts",
  },
];

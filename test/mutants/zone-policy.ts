import type { Mutant } from "./mutant.ts";

const decided = "packages/fairway/test/compile/northbound/zone-policy.test.ts";
const chassis = "packages/fairway/test/control/zones-on-chassis.test.ts";
const asked = "packages/fairway/test/center/routers/zone-policy.test.ts";
const policy = "packages/fairway/src/intent/zone-policy.ts";
const rows = "packages/fairway/src/compile/northbound/zone-policy.ts";
const useCases = "packages/fairway/src/center/routers/zone-policy.ts";

/** What zones of a domain may send each other. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a rule's destination counts more than its sender",
    file: policy,
    from: "(to === anyZone ? 0 : 2) + (from === anyZone ? 0 : 1)",
    to: "(to === anyZone ? 0 : 1) + (from === anyZone ? 0 : 2)",
    test: decided,
  },
  {
    breaks: "of two rules that say as much the one that denies decides",
    file: policy,
    from: '(action === "allow" ? 0 : 1)',
    to: '(action === "allow" ? 1 : 0)',
    test: decided,
  },
  {
    breaks: "a rule is of those alone that send from its zone",
    file: policy,
    from: "    .filter(({ from }) => from === anyZone || from === nameInDomain(row))\n",
    to: "",
    test: decided,
  },
  {
    breaks: "a domain without policy has no rows of one",
    file: policy,
    from: "domain === undefined || !hasZonePolicy(domain)",
    to: "domain === undefined",
    test: decided,
  },
  {
    breaks: "a policy that denies is seen without a rule",
    file: policy,
    from: 'return domain.zone_policy === "deny" || zoneRulesOf(domain).length > 0;',
    to: "return zoneRulesOf(domain).length > 0;",
    test: decided,
  },
  {
    breaks: "a switch tracks, so that answers pass",
    file: "packages/fairway/src/compile/northbound/rule-match.ts",
    from: '  allow: "allow-related",',
    to: '  allow: "allow",',
    test: chassis,
  },
  {
    breaks: "nothing that is filtered passes untracked",
    file: "packages/fairway/src/compile/northbound/gateway-host.ts",
    from: 'isTracked(view, network) ? "tracked" : "untracked"',
    to: '"untracked"',
    test: chassis,
  },
  {
    breaks: "addresses of both families are filtered",
    file: rows,
    from: " || ip6.dst == {${sets(6)}})",
    to: ")",
    test: chassis,
  },
  {
    breaks: "a new rule of a zone that is not there is refused",
    file: useCases,
    from: "    if (missing === undefined) continue;\n",
    to: "    if (missing !== null) continue;\n",
    test: asked,
  },
  {
    breaks: "a router without zones has no policy of them",
    file: useCases,
    from: "if (asked !== undefined && levelAbove(name) === undefined)",
    to: "if (asked === undefined && levelAbove(name) === null)",
    test: asked,
  },
  {
    breaks: "what a rule rejects does not arrive, though its sender is answered",
    file: "packages/fairway/src/control/trace/ovn-path.ts",
    from: "const passages = withoutRefusal(trace);",
    to: "const passages = trace;",
    test: "packages/fairway/test/control/trace/zones.test.ts",
  },
  {
    breaks: "of two rules of one match the one is named that decides",
    file: "packages/fairway/src/control/trace/rules.ts",
    from: "rule.priority === flow.priority && ",
    to: "",
    test: "packages/fairway/test/control/trace/zones.test.ts",
  },
  {
    breaks: "a domain of the cluster learns of zones before its rules name them",
    file: "packages/fairway/src/cli/manifest/plan.ts",
    from: 'mark === "~" && (kind === "Router" || kind === "SecurityGroup" || kind === "Policy")',
    to: 'mark === "~" && kind === "SecurityGroup"',
    test: "packages/fairway/test/cli/manifest-levels.test.ts",
  },
];

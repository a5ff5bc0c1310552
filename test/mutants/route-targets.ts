import type { Mutant } from "./mutant.ts";

const compiled = "packages/fairway/test/compile/northbound/route-targets.test.ts";
const noun = "packages/fairway/test/center/route-targets/route-targets.test.ts";
const text = "packages/fairway/test/intent/route-target-text.test.ts";
const onChassis = "packages/fairway/test/control/route-targets-on-chassis.test.ts";

/** Route targets. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a number behind 32 bits has 16",
    file: "packages/fairway/src/intent/route-target-text.ts",
    from: "return Number(administrator) <= most16 ? most32 : most16;",
    to: "return most32;",
    test: text,
  },
  {
    breaks: "what a network imports alone is not exported",
    file: "packages/fairway/src/intent/route-target-text.ts",
    from: 'exports: [...new Set(of("export"))]',
    to: 'exports: [...new Set([...of("export"), ...of("import")])]',
    test: onChassis,
    title: "R07 spokes",
  },
  {
    breaks: "a target that carries nobody has no link",
    file: "packages/fairway/src/intent/route-target-links.ts",
    from: "carrierOf(one, other) === target || carrierOf(other, one) === target",
    to: "carrierOf(one, other) !== undefined",
    test: compiled,
    title: "R07 a pair",
  },
  {
    breaks: "networks on one router need no target",
    file: "packages/fairway/src/intent/route-targets.ts",
    from: "  if (importer.router === exporter.router) return undefined;\n",
    to: "  if (importer.network === exporter.network) return undefined;\n",
    test: compiled,
    title: "R07 nothing is made",
  },
  {
    breaks: "the older one of two is reached",
    file: "packages/fairway/src/intent/route-targets.ts",
    from: "return one.since - other.since ||",
    to: "return other.since - one.since ||",
    test: noun,
    title: "R07 of two networks",
  },
  {
    breaks: "what a network has itself is not led away",
    file: "packages/fairway/src/intent/imported-routes.ts",
    from: "...links.map((link) => ({ ...link, target: undefined })), ",
    to: "",
    test: compiled,
    title: "R07 a way that only one",
  },
  {
    breaks: "a static route comes before an imported one",
    file: "packages/fairway/src/intent/imported-routes.ts",
    from: "by === undefined && !isStatic.has(cidr)",
    to: "by === undefined",
    test: noun,
    title: "R07 R02",
  },
  {
    breaks: "who prefers a place that is taken gets another one",
    file: "packages/fairway/src/intent/route-target-links.ts",
    from: "    while (taken.has(place)) place = (place + 1) % size;\n",
    to: "",
    test: "packages/fairway/test/intent/route-target-links.test.ts",
  },
  {
    breaks: "what is larger than an importer's own MTU is answered",
    file: "packages/fairway/src/compile/northbound/router-port.ts",
    from: "mtu < Math.max(onRouter, largestSenderMtu(view, _uuid))",
    to: "mtu < onRouter",
    test: onChassis,
    title: "R07 D21",
  },
  {
    breaks: "networks are found by what they export alone",
    file: "packages/fairway/src/intent/indexes.ts",
    from: "targetsOf(saidRouteTargets(row))",
    to: "saidRouteTargets(row).exports.length === 0 ? saidRouteTargets(row).imports : []",
    test: compiled,
    title: "R07 a way that only one",
  },
  {
    breaks: "a label that is wrong is refused where a person gives it",
    file: "packages/fairway/src/center/networks/network-changes.ts",
    from: "  checkTargetLabels(row.labels, spec.labels);\n",
    to: "",
    test: noun,
    title: "R07 options say them",
  },
  {
    breaks: "an internal network says that it takes no part",
    file: "packages/fairway/src/center/route-targets/route-target-view.ts",
    from: "  if (sharedSubnets(view, row).length === 0) return [...faults, noRouter(row)];\n",
    to: "",
    test: noun,
    title: "R07 a network on which",
  },
];

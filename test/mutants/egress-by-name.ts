import type { Mutant } from "./mutant.ts";

const compiled = "packages/fairway/test/compile/northbound/security-group.test.ts";
const noun = "packages/fairway/test/center/security-groups/resolved-names.test.ts";
const agent = "packages/fairway/test/agent/names/named-egress.test.ts";
const answers = "packages/fairway/test/agent/names/answered-addresses.test.ts";
const pattern = "packages/fairway/test/dns-pattern.test.ts";
const rows = "packages/fairway/src/compile/northbound/security-group.ts";
const useCase = "packages/fairway/src/center/security-groups/resolved-names.ts";

/** What members of security groups send to whom a name stands for. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "DNS elsewhere is refused to who may send by names",
    file: rows,
    from: "...(namesNames ? [namesElsewhere] : []),",
    to: "",
    test: compiled,
  },
  {
    breaks: "to an expired address connections go on that there are, and no others begin",
    file: "packages/fairway/src/compile/northbound/name-sets.ts",
    from: "ct.est && !ct.new && ",
    to: "",
    test: compiled,
  },
  {
    breaks: "addresses inside get nothing (DNS rebinding)",
    file: useCase,
    from: "  if (isInternalAddress(address)) return false;\n",
    to: "",
    test: noun,
  },
  {
    breaks: "addresses of containers get nothing (DNS rebinding)",
    file: useCase,
    from: '!Array.from(view.rows("Subnet")).some(isOf)',
    to: "true",
    test: noun,
  },
  {
    breaks: "a group takes so many addresses and no more",
    file: useCase,
    from: "if (Object.keys(resolved).length > mostResolved)",
    to: "if (Object.keys(resolved).length > 2 * mostResolved)",
    test: noun,
  },
  {
    breaks: "an address closes when its time is over",
    file: useCase,
    from: "resolved: Object.fromEntries(all.filter(isOpen)),",
    to: "resolved: row.resolved,",
    test: noun,
  },
  {
    breaks: "a name means its own rules alone",
    file: "packages/fairway/src/intent/egress-names.ts",
    from: "matchesDnsPattern(pattern, name)",
    to: "pattern !== name",
    test: noun,
  },
  {
    breaks: "a rule that names a name allows",
    file: "packages/fairway/src/intent/security-groups.ts",
    from: 'peer.kind === "dns" && action !== "allow"',
    to: "false",
    test: noun,
  },
  {
    breaks: "what names stood for tells nobody of a change",
    file: "packages/fairway/src/center/events/touched-objects.ts",
    from: " || isUnseen(change)",
    to: "",
    test: noun,
  },
  {
    breaks: "an answer is withheld until OVN has come to it",
    file: "packages/fairway/src/agent/names/named-egress.ts",
    from: "sequence === null || (await reaches(sequence, signal))",
    to: "true",
    test: agent,
  },
  {
    breaks: "what is withheld is not told",
    file: "packages/fairway/src/agent/names/resolver.ts",
    from: "return mayLeave ? answer : ",
    to: "return answer ?? ",
    test: agent,
  },
  {
    breaks: "of an answer the name that was asked for counts alone",
    file: "packages/fairway/src/agent/names/answered-addresses.ts",
    from: " && meant.has(same(record.name))\n      ? {",
    to: "\n      ? {",
    test: answers,
  },
  {
    breaks: "a star means what is below",
    file: "packages/fairway/src/dns-pattern.ts",
    from: "own.endsWith(pattern.slice(1)) && own.length >= pattern.length",
    to: "own.endsWith(pattern.slice(2))",
    test: pattern,
  },
];

import type { Mutant } from "./mutant.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "a network is mirrored when it is made, not when all networks are next compared",
    file: "packages/fairway/src/docker/mirrors.ts",
    from: "readonly look = (): void => this.#loop.soon();",
    to: "readonly look = (): void => {};",
    test: "test/e2e/mirrors.test.ts",
    title: "M02 it is on the other engines within a second or two",
  },
  {
    breaks: "about a container's name nobody else is asked",
    file: "packages/fairway/src/agent/names/resolver.ts",
    from: '    if (!word.known) return "others know";\n    const findings',
    to: '    if (!word.known || query.type === "AAAA") return "others know";\n    const findings',
    test: "test/e2e/names.test.ts",
    title: "M05 nobody else is asked",
  },
  {
    breaks: "doctor compares the host's OVN with the center's",
    file: "packages/fairway/src/doctor/ovn.ts",
    from: "return centers && release(version) < release(centers) ? centers : undefined;",
    to: "return centers && release(version) > release(centers) ? centers : undefined;",
    test: "test/e2e/mixed-engines.test.ts",
    title: "M13 O03 doctor says so there",
  },
];

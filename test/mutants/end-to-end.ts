import type { Mutant } from "./mutant.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "a network is mirrored when it is made, not when all networks are next compared",
    file: "packages/fairway/src/docker/mirrors.ts",
    from: "readonly compareSoon = (): void => this.#loop.soon();",
    to: "readonly compareSoon = (): void => {};",
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
    breaks: "an IPv6 port is published again after a restart",
    file: "packages/fairway/src/agent/published-ports/published-ports.ts",
    from: "await this.#publish(id, item, item.ports.map(asWish), true);",
    to: 'const old = item.ports.filter(({ hostAddress }) => !hostAddress?.includes(":"));\n    await this.#publish(id, item, old.map(asWish), true);',
    test: "test/e2e/ports.test.ts",
    title: "X01 a published port of an IPv6 network",
  },
  {
    breaks: "what a published port turns back into its own network is answered by way of the host",
    file: "packages/fairway/src/agent/firewall/ruleset.ts",
    from: "    ct original zone != 0 oifname @uplinks ct status & dnat == dnat masquerade\n",
    to: "",
    test: "test/e2e/ports.test.ts",
    title: "N05 a container of a routed network",
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

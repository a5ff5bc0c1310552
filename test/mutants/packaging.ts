import type { Mutant } from "./mutant.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "that a shipped program is the pinned one",
    file: "scripts/pinned-binaries.ts",
    from: "if (pin !== hash)",
    to: "if (pin === hash)",
    test: "scripts/pinned-binaries.test.ts",
  },
  {
    breaks: "that the unit leaves Fairway what it needs for links and rules",
    file: "packaging/systemd/fairway.service",
    from: "CapabilityBoundingSet=CAP_NET_ADMIN ",
    to: "CapabilityBoundingSet=",
    test: "test/e2e/systemd-unit.test.ts",
  },
  {
    breaks: "that the unit leaves Fairway no more than it needs",
    file: "packaging/systemd/fairway.service",
    from: "CAP_SYS_ADMIN\n",
    to: "CAP_SYS_ADMIN CAP_SYS_MODULE\n",
    test: "test/e2e/systemd-unit.test.ts",
    title: "O08 the unit takes",
  },
  {
    breaks: "that the unit lets Fairway into a container's network namespace",
    file: "packaging/systemd/fairway.service",
    from: "RestrictNamespaces=net",
    to: "RestrictNamespaces=yes",
    test: "test/e2e/systemd-unit.test.ts",
    title: "O08 under the unit",
  },
];

import type { Mutant } from "./mutant.ts";

const test = "test/e2e/attacks/listeners.test.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "that the API listens where `fairway init` was told",
    file: "packages/fairway/src/api/begin-listening.ts",
    from: "server.listen(where);",
    to: 'server.listen("host" in where ? { port: where.port } : where);',
    test,
  },
  {
    breaks: "that the table of listeners has all of them",
    file: "docs/security.md",
    from: "TCP and UDP, `169.254.53.53%UPLINK:5453`",
    to: "TCP, `169.254.53.53%UPLINK:5453`",
    test,
  },
];

import type { Mutant } from "./mutant.ts";

const source = "packages/fairway/src/api/vlcp";
const test = (name: string) => `packages/fairway/test/api/vlcp/${name}.test.ts`;

/** VLCP's calls. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "that use cases of one call are one transaction",
    file: "packages/fairway/src/intent/joint-change.ts",
    from: "const values = await store.change((draft) => planAll(draft, parts, early));",
    to: "const values = await Promise.all(parts.map((part) => store.change((draft) => part.plan()?.(draft))));",
    test: test("calls"),
  },
  {
    breaks: "that a foreign Host is refused",
    file: `${source}/foreign.ts`,
    from: "if (!ownHost.test(host))",
    to: "if (host === undefined)",
    test: test("foreign"),
  },
  {
    breaks: "that an image of another page is refused",
    file: `${source}/foreign.ts`,
    from: 'site !== "same-origin"',
    to: 'site === "x"',
    test: test("foreign"),
  },
  {
    breaks: "that it listens on 127.0.0.1 alone",
    file: "packages/fairway/src/api/listener.ts",
    from: "{ host: loopback, port: options.port }",
    to: '{ host: "0.0.0.0", port: options.port }',
    test: test("foreign"),
  },
  {
    breaks: "that backquotes are no part of a literal",
    file: `${source}/parameters.ts`,
    from: "return parseLiteral(text.slice(1, -1));",
    to: "return text;",
    test: test("walk-through"),
  },
  {
    breaks: "that a token which others than root may read is not used",
    file: `${source}/center-calls.ts`,
    from: "if ((mode & notRoots) !== 0 ||",
    to: "if (mode === 0 ||",
    test: test("center-calls"),
  },
  {
    breaks: "that another token counts at once",
    file: `${source}/center-calls.ts`,
    from: "if (this.#client?.token !== token) {",
    to: "if (this.#client === undefined) {",
    test: test("center-calls"),
  },
  {
    breaks: "that a list is understood without backquotes",
    file: `${source}/values.ts`,
    from: "return z.preprocess(literalOf,",
    to: "return z.preprocess((value) => value,",
    test: test("walk-through"),
  },
  {
    breaks: "that a backslash joins lines",
    file: "packages/fairway/src/python-literal.ts",
    from: String.raw`/(?:\s|\\\r?\n)*/y`,
    to: String.raw`/\s*/y`,
    test: "packages/fairway/test/python-literal.test.ts",
  },
  {
    breaks: "that a parameter is given once",
    file: `${source}/parameters.ts`,
    from: "if (parameters.has(name))",
    to: "if (name === undefined)",
    test: test("bad-requests"),
  },
  {
    breaks: "that a slip in a parameter's name is refused",
    file: `${source}/values.ts`,
    from: "if (meant !== undefined)",
    to: 'if (meant === "")',
    test: test("bad-input"),
  },
  {
    breaks: "that an id that is taken is an error",
    file: `${source}/subnets.ts`,
    from: "if (findSubnet(id, work) !== undefined)",
    to: 'if (id === "")',
    test: test("bad-input"),
  },
  {
    breaks: "that nothing is the gateway where none is said",
    file: `${source}/subnets.ts`,
    from: "gateway: said.gateway ?? null,",
    to: "gateway: said.gateway,",
    test: test("logical-objects"),
  },
  {
    breaks: "that a port's address is of its subnet",
    file: "packages/fairway/src/center/endpoints/port-rows.ts",
    from: "each._uuid === subnet._uuid ||",
    to: "each !== undefined ||",
    test: test("logical-objects"),
  },
  {
    breaks: "that a port that is plugged keeps its MAC address",
    file: "packages/fairway/src/center/endpoints/ports.ts",
    from: "if (mac !== row.mac && this.#progress.isUp(row._uuid))",
    to: "if (mac !== row.mac && row._uuid === undefined)",
    test: "packages/fairway/test/center/endpoints/port-changes.test.ts",
  },
  {
    breaks: "that a taken port is tried again",
    file: `${source}/keep.ts`,
    from: "loop.soon();",
    to: "void work().catch(() => undefined);",
    test: test("keep"),
  },
];

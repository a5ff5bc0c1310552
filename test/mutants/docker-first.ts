import type { Mutant } from "./mutant.ts";

const takeOver = "packages/fairway/src/docker/take-over.ts";
const linkless = "packages/fairway/src/agent/linkless.ts";
const takeOverTest = "packages/fairway/test/docker/take-over.test.ts";
const linklessTest = "packages/fairway/test/agent/linkless.test.ts";

/** Docker boots before Fairway. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "taking over what an endpoint without a link holds",
    file: takeOver,
    from: "if (!(await forgetLinkless(edge, call, holds))) throw error;",
    to: "throw error;",
    test: takeOverTest,
  },
  {
    breaks: "the limit to endpoints that hold what is asked for",
    file: takeOver,
    from: "|| !holds(item)",
    to: "",
    test: takeOverTest,
  },
  {
    breaks: "the limit to endpoints that no call of the engine's is making",
    file: takeOver,
    from: "|| inTheMaking.has(engine.endpointId)",
    to: "",
    test: takeOverTest,
  },
  {
    breaks: "the kernel's word that a link is gone",
    file: linkless,
    from: "!linked.has(endpoint) && ",
    to: "",
    test: linklessTest,
  },
  {
    breaks: "the wait for the center's word about what this host must have",
    file: linkless,
    from: "  await state.fresh(signal);\n",
    to: "",
    test: linklessTest,
  },
  {
    breaks: "the look at who is busy before the look at the links",
    file: linkless,
    from: 'item.kind === "endpoint" && !agent.isBusy(item.endpoint),',
    to: 'item.kind === "endpoint",',
    test: linklessTest,
  },
];

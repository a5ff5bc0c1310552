import type { Mutant } from "./mutant.ts";

const takeOver = "packages/fairway/src/docker/take-over.ts";
const linkless = "packages/fairway/src/agent/ports/linkless.ts";
const takeOverTest = "packages/fairway/test/docker/take-over.test.ts";
const linklessTest = "packages/fairway/test/agent/ports/linkless.test.ts";

const driverFailure = "packages/fairway/src/docker/driver-failure.ts";
const restarts = "packages/fairway/src/docker/restarts.ts";
const restartsTest = "packages/fairway/test/docker/restarts.test.ts";

/** Docker boots before Fairway. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a container that the engine cannot show is looked at again",
    file: "packages/fairway/src/docker/restarts.ts",
    from: "found.set(id, undefined);",
    to: "return;",
    test: "packages/fairway/test/docker/restarts.test.ts",
  },
  {
    breaks: "taking over what an endpoint without a link holds",
    file: takeOver,
    from: "if (!(await purgeLinkless(edge, call, isInTheWay))) throw error;",
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
    from: 'item.kind === "endpoint" && !plugger.isBusy(item.endpoint),',
    to: 'item.kind === "endpoint",',
    test: linklessTest,
  },
  {
    breaks: "the restart policy that a container must have to be started again",
    file: driverFailure,
    from: " && restarting.has(HostConfig.RestartPolicy.Name)",
    to: "",
    test: restartsTest,
  },
  {
    breaks: "that only what exited counts as given up",
    file: driverFailure,
    from: 'State.Status === "exited" && ',
    to: "",
    test: restartsTest,
  },
  {
    breaks: "that a driver's error is what gave a container up",
    file: driverFailure,
    from: "return isWanted && blames(State.Error, names);",
    to: "return isWanted;",
    test: restartsTest,
  },
  {
    breaks: "no start while the center is away",
    file: restarts,
    from: "if (!this.#parts.state.isFresh) return;",
    to: "",
    test: restartsTest,
  },
  {
    breaks: "the back-off of a container that does not start",
    file: restarts,
    from: "if (this.#starting.has(id) || !this.#failed.isDue(id)) return;",
    to: "if (this.#starting.has(id)) return;",
    test: restartsTest,
  },
  {
    breaks: "the looks after a call that failed",
    file: restarts,
    from: "this.#dueMs = askedAfterFailureMs.map((ms) => nowMs + ms);",
    to: "",
    test: restartsTest,
  },
  {
    breaks: "one wait for all calls while the center is away",
    file: "packages/fairway/src/docker/call.ts",
    from: "Math.min(begunAt, agent.state.awaySinceMs ?? begunAt)",
    to: "begunAt",
    test: "packages/fairway/test/docker/releases.test.ts",
  },
  {
    breaks: "the short patience of an address that Docker gives back",
    file: "packages/fairway/src/docker/pool.ts",
    from: "call.releaseOptions()));\n        await endLease",
    to: "call.options()));\n        await endLease",
    test: "packages/fairway/test/docker/releases.test.ts",
  },
  {
    breaks: "the host's own word about an endpoint that Docker deletes",
    file: "packages/fairway/src/docker/endpoint.ts",
    from: "  if (item !== undefined) return item.endpoint;\n",
    to: "void item;",
    test: "packages/fairway/test/docker/releases.test.ts",
  },
  {
    breaks: "the plugin's socket before the center serves",
    file: "packages/fairway/src/run.ts",
    from: "  const api = stack.use(new ApiClient(targetOf(config.api)));",
    to: "  await starting;\n  const api = stack.use(new ApiClient(targetOf(config.api)));",
    test: "packages/fairway/test/run.test.ts",
  },
];

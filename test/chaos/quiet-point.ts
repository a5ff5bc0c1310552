import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import { invariants } from "./invariants/all.ts";
import type { Model } from "./model.ts";
import { type Observation, observe } from "./observation.ts";

/** What is left over goes within a minute, addresses that nobody binds within 30 s more; an engine's boot may take two. */
const settleBoundMs = 240_000;
const everyMs = 1_000;

/** An invariant that does not hold though nothing goes on any more. */
class Violation extends Error {
  constructor(invariant: string, problems: readonly string[]) {
    super(`${invariant}: not so after ${settleBoundMs / 1000} s of quiet\n  ${problems.join("\n  ")}`);
    this.name = "Violation";
  }
}

/**
 * Waits until everything that must hold holds, all in one look.
 * @param watch is told when another thing is waited for.
 * @returns that look.
 * @throws Violation
 */
export async function becomeQuiet(
  cluster: Cluster,
  model: Model,
  watch: (text: string) => void,
): Promise<Observation> {
  const deadline = performance.now() + settleBoundMs;
  let last = "";
  for (;;) {
    const look = await lookAtAll(cluster, model);
    if (look.broken === undefined) return look.seen;
    const { invariant, problems } = look.broken;
    const text = `waiting: ${invariant}: ${problems[0]}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ""}`;
    if (text !== last) watch(text);
    last = text;
    if (performance.now() > deadline) throw new Violation(invariant, problems);
    await sleep(everyMs);
  }
}

interface Broken {
  readonly invariant: string;
  readonly problems: readonly string[];
}

/** Ends with the first invariant that is broken. */
async function lookAtAll(
  cluster: Cluster,
  model: Model,
): Promise<{ broken: Broken } | { broken?: undefined; seen: Observation }> {
  let name = "engines and center answer";
  try {
    const seen = await observe(cluster);
    for (const invariant of invariants) {
      name = invariant.name;
      const problems = await invariant.check({ cluster, model, seen });
      if (problems.length > 0) return { broken: { invariant: name, problems } };
    }
    return { seen };
  } catch (error) {
    return {
      broken: { invariant: name, problems: [error instanceof Error ? error.message : String(error)] },
    };
  }
}

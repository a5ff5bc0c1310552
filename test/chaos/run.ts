/**
 * A random run against a model: `make chaos SEED=1 MINUTES=10`. See docs/reliability.md.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adopt } from "./adopt.ts";
import { Cluster } from "./cluster.ts";
import { Journal } from "./journal.ts";
import { Model } from "./model.ts";
import { becomeQuiet } from "./quiet-point.ts";
import { Random } from "./random.ts";
import { planRound, runRound } from "./round.ts";
import { startSteadyPing } from "./steady-ping.ts";

const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
const minutes = Number(process.env["MINUTES"] ?? 10);

/** Kinds of faults, e.g. `full disk,kill dockerd`: what is known already would hide what is not. */
const without = new Set((process.env["WITHOUT"] ?? "").split(",").filter(Boolean));

const journal = new Journal();
const until = performance.now() + minutes * 60_000;
console.log(`SEED=${seed} MINUTES=${minutes}${without.size > 0 ? ` WITHOUT=${[...without].join()}` : ""}`);

await using stack = new AsyncDisposableStack();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    journal.say(`${signal}: ending`);
    void stack.disposeAsync().finally(() => process.exit(130));
  });

const cluster = stack.use(await Cluster.start());
const model = new Model();
const random = new Random(seed);
let rounds = 0;
try {
  while (performance.now() < until) {
    journal.say(`-- round ${++rounds} of seed ${seed}`);
    await round();
  }
  journal.say("-- the end: everything is removed");
  await cluster.leaveNothing();
  console.log(
    `No violation. SEED=${seed}: ${rounds} rounds, ${journal.steps} steps. Faults: ${journal.faults}`,
  );
} catch (error) {
  const logs = await mkdtemp(join(tmpdir(), `fairway-chaos-${seed}-`));
  await cluster.lab.collect(logs);
  console.log(
    `VIOLATION SEED=${seed}, round ${rounds}, step ${journal.steps}: ${error instanceof Error ? error.message : String(error)}`,
  );
  console.log(`Faults so far: ${journal.faults}\nLogs: ${logs}`);
  process.exitCode = 1;
}

async function round(): Promise<void> {
  const planned = planRound(random, model, journal, without);
  await using ping = await startSteadyPing(cluster);
  await runRound(planned, cluster, model, journal);
  const begunAt = performance.now();
  adopt(model, await becomeQuiet(cluster, model, (text) => journal.say(text)));
  const mayLose = planned.faults.some(({ item }) => item.stopsPackets);
  // A fault that stops packets may have ended the ping as well.
  const interrupted = mayLose ? [] : await ping.interruptions();
  if (interrupted.length > 0)
    throw new Error(
      `traffic between protected containers was interrupted though no fault stops packets: ${interrupted.join("; ")}, of ${ping.answers}`,
    );
  const containers = [...model.containers.values()];
  const running = containers.filter(({ state }) => state === "running").length;
  const took = ((performance.now() - begunAt) / 1000).toFixed(1);
  journal.say(
    `quiet after ${took} s: ${running} of ${containers.length} containers run, ${model.networks.size} networks; ${mayLose ? "packets might be lost" : `${ping.answers} pings answered`}`,
  );
}

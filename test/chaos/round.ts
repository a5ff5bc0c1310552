import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import { type Fault, meet } from "./fault.ts";
import { faultKinds } from "./faults/all.ts";
import type { Journal } from "./journal.ts";
import type { Model } from "./model.ts";
import { operations } from "./operations/all.ts";
import { containerNames } from "./operations/catalogue.ts";
import type { Random } from "./random.ts";
import type { Lane, Step } from "./step.ts";

/** Two on each host. */
const lanes: readonly Lane[] = ["h1", "h2", "h3"].flatMap((host) =>
  [0, 1].map((part) => ({ host, containers: containerNames.filter((_, at) => at % 2 === part) })),
);
const faultsAtMost = 4;
/** Faults begin within so long. */
const beginWithinMs = 10_000;
/** Somebody who types takes so long between two commands at most. */
const pauseMs = 2_000;

interface Planned<T> {
  readonly number: number;
  readonly item: T;
}

type PlannedStep = Planned<Step> & { readonly pauseMs: number };

/** What is done between two quiet points. It is chosen as a whole, so that what a fault makes of one step does not change the next ones. */
export interface Round {
  /** One after the other in a lane, the lanes beside each other. */
  readonly lanes: readonly (readonly PlannedStep[])[];
  readonly faults: readonly (Planned<Fault> & { readonly atMs: number })[];
}

/** @param without kinds of faults that are left out; all else stays as it would be. */
export function planRound(
  random: Random,
  model: Model,
  journal: Journal,
  without: ReadonlySet<string>,
): Round {
  const expected = model.clone();
  const steps = lanes.map(() => [] as PlannedStep[]);
  const count = random.between(10, 40);
  for (let turn = 0; turn < count; turn++) {
    const at = random.between(0, lanes.length - 1);
    const lane = lanes[at];
    const step = lane && random.weighted(operations)?.plan(random, lane, expected);
    if (step === undefined) continue;
    steps[at]?.push({ number: journal.number(), item: step, pauseMs: random.between(0, pauseMs) });
  }
  const faults: (Planned<Fault> & { atMs: number })[] = [];
  for (let wanted = random.between(0, faultsAtMost); wanted > 0; wanted--) {
    const fault = random.weighted(faultKinds)?.plan(random);
    const atMs = random.between(0, beginWithinMs);
    if (fault !== undefined && !faults.some(({ item }) => meet(item, fault)))
      faults.push({ number: journal.number(), item: fault, atMs });
  }
  return { lanes: steps, faults: faults.filter(({ item }) => !without.has(item.kind)) };
}

/** Does it all; resolves when every fault has ended. Throws where one cannot be ended. */
export async function runRound(
  round: Round,
  cluster: Cluster,
  model: Model,
  journal: Journal,
): Promise<void> {
  const done = round.lanes.map(async (lane) => {
    for (const { number, item, pauseMs } of lane) {
      await sleep(pauseMs);
      journal.begin(number, item.title);
      journal.end(number, await item.run(cluster, model));
    }
  });
  const faults = round.faults.map(async ({ number, item, atMs }) => {
    await sleep(atMs);
    journal.begin(number, `FAULT ${item.title}, for ${item.durationMs} ms`);
    journal.count(item.kind);
    await item.begin(cluster, model);
    await sleep(item.durationMs);
    await item.end(cluster, model);
    journal.end(number, "over");
  });
  const ends = await Promise.allSettled([...faults, ...done]);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

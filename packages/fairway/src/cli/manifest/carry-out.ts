import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../../api/client.ts";
import { unlessNotFound } from "../../errors.ts";
import { faultsOf, refusal } from "./faults.ts";
import type { Plan } from "./plan.ts";
import type { Result, Step } from "./step.ts";
import { transact } from "./transaction.ts";

/** How long a network without containers may take to go, and how often it is looked at meanwhile, ms. */
const goneMs = 20_000;
const lookMs = 200;

/**
 * Carries out a plan as one transaction, and what follows when the networks are gone that it removes as another. Where one is refused nothing of it is done;
 * the error names the step.
 * @param tell is told each step that is done, with what a person must see now.
 */
export async function carryOut(
  client: ApiClient,
  { steps, later }: Plan,
  tell: (step: Step, word: string | undefined) => void,
): Promise<void> {
  for (const transaction of [steps, later]) {
    if (transaction.length === 0) continue;
    const results = await commit(client, transaction);
    for (const [at, step] of transaction.entries())
      tell(step, await wordOf(client, step, results[at] ?? null));
  }
}

async function commit(client: ApiClient, steps: readonly Step[]): Promise<readonly Result[]> {
  try {
    return await transact(client, steps, false);
  } catch (error) {
    throw refusal(faultsOf(error, steps), []);
  }
}

/** What nothing shows again, or why something is not gone yet. */
async function wordOf(
  client: ApiClient,
  { changes: [change] }: Step,
  result: Result,
): Promise<string | undefined> {
  if (result === null) return undefined;
  if ("token" in result) return `its token, which nothing shows again: ${result.token}`;
  if (change?.operation !== "removeNetwork" || !("endpoints" in result)) return undefined;
  if (result.status["removal"] === "removed") return undefined;
  // Engines say within some seconds that no container is on it.
  return result.endpoints > 0 ? result.status["removal"] : untilGone(client, change.parameters.reference);
}

/** Waits for a network to be gone. Gives why it is not, where it takes too long; undefined: it is. */
async function untilGone(client: ApiClient, reference: string): Promise<string | undefined> {
  for (const end = performance.now() + goneMs; ; await sleep(lookMs)) {
    const network = await unlessNotFound(client.showNetwork({ reference }));
    if (network === undefined) return undefined;
    if (performance.now() > end) return network.status["removal"];
  }
}

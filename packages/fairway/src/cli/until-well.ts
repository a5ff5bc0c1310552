import { setTimeout as sleep } from "node:timers/promises";
import type { Status } from "../center/schemas/status.ts";
import { FairwayError, messageOf } from "../errors.ts";

const periodMs = 1_000;

interface Wait {
  /** Asks the center once, in bounded time. */
  readonly look: () => Promise<Status>;
  /** Tells a person what is waited for, whenever that is something else. */
  readonly say: (line: string) => void;
  readonly boundMs: number;
}

/**
 * Asks until all is well or the time is over, once a second.
 * @returns the last answer. Throws what asking threw last where the center did not answer at the end, and at once what waiting does not mend.
 */
export async function untilWell({ look, say, boundMs }: Wait): Promise<Status> {
  const end = performance.now() + boundMs;
  for (let told = ""; ; ) {
    const seen = await look().catch(passing);
    const left = end - performance.now();
    if (!(seen instanceof FairwayError) && (seen.well || left <= 0)) return seen;
    if (left <= 0) throw seen;
    const reason = reasonOf(seen);
    if (reason !== told) say(`waiting: ${reason}`);
    told = reason;
    await sleep(Math.min(periodMs, left));
  }
}

/** Gives an error that may pass by itself. Throws any other. */
function passing(error: unknown): FairwayError {
  if (error instanceof FairwayError && error.retryable) return error;
  throw error;
}

function reasonOf(seen: Status | FairwayError): string {
  if (seen instanceof FairwayError) return messageOf(seen);
  const [first] = seen.troubles;
  const more = seen.troubleCount > 1 ? ` (and ${seen.troubleCount - 1} more)` : "";
  return first === undefined ? "not well" : `${first.of} ${first.name}: ${first.what}${more}`;
}

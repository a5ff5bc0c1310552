import { setTimeout as sleep } from "node:timers/promises";
import { counted } from "../counted.ts";
import { messageOf } from "../errors.ts";
import type { Leftover, Outcome } from "./leftover.ts";

const defaultGraceMs = 10_000;

export interface CleanupOptions {
  readonly look: () => Promise<readonly Leftover[]>;
  readonly dryRun: boolean;
  /** Told what is being done and how long it takes. */
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
  /** Between the looks; 10 s by default. */
  readonly graceMs?: number;
}

/**
 * Removes what two looks found dead, 10 s apart: what a start is making right now looks dead in the first.
 * @throws what a look throws; then nothing was removed.
 */
export async function cleanUp(options: CleanupOptions): Promise<readonly Outcome[]> {
  const { look, dryRun, onProgress, signal, graceMs = defaultGraceMs } = options;
  const first = new Set((await look()).map(({ key }) => key));
  if (first.size === 0) return [];
  const things = counted(first.size, "thing that looks", "things that look");
  onProgress(`found ${things} dead; looking again in ${graceMs / 1000} s`);
  await sleep(graceMs, undefined, { signal });
  const dead = (await look()).filter(({ key }) => first.has(key));
  const outcomes: Outcome[] = [];
  for (const { kind, name, why, remove } of dead) {
    const told = { kind, name, why };
    if (dryRun) outcomes.push({ ...told, outcome: "would be removed" });
    else
      outcomes.push(
        await remove(signal).then(
          () => ({ ...told, outcome: "removed" }) as const,
          (error: unknown) => ({ ...told, outcome: "not removed", error: messageOf(error) }) as const,
        ),
      );
  }
  return outcomes;
}

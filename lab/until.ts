import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "./errors.ts";

/**
 * Waits for a condition. It rests between two looks as long as a look takes: one that starts programs leaves half of a core to what it waits
 * for.
 *
 * @param what completes "waited … ms for" in the error.
 * @returns the first value that is neither `false` nor `undefined`.
 * @throws LabError `timeout`.
 */
export async function until<Value>(
  what: string,
  condition: () => Promise<Value | false | undefined> | Value | false | undefined,
  { timeoutMs = 30_000, everyMs = 20 } = {},
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const begunAt = performance.now();
    const value = await condition();
    if (value !== false && value !== undefined) return value;
    const now = performance.now();
    if (now > deadline) throw new LabError("timeout", `waited ${timeoutMs} ms for ${what}`);
    await sleep(Math.max(everyMs, now - begunAt));
  }
}

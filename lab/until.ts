import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "./errors.ts";

/**
 * Waits for a condition.
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
    const value = await condition();
    if (value !== false && value !== undefined) return value;
    if (performance.now() > deadline) throw new LabError("timeout", `waited ${timeoutMs} ms for ${what}`);
    await sleep(everyMs);
  }
}

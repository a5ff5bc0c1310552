import { messageOf } from "../errors.ts";
import { within } from "../runtime/within.ts";
import { Blocked, type Check, type Finding } from "./finding.ts";
import type { Site } from "./site.ts";

export interface Examined extends Finding {
  readonly check: string;
}

export interface Examination {
  /** Whether nothing fails. */
  readonly ok: boolean;
  readonly checks: readonly Examined[];
}

/** Runs all checks that apply at once; each ends within `boundMs`, also where the part that it looks at hangs. */
export async function examine(checks: readonly Check[], site: Site, boundMs: number): Promise<Examination> {
  const applying = checks.filter(({ applies }) => applies?.(site) ?? true);
  const examined = await Promise.all(
    applying.map(async (check) => ({ check: check.name, ...(await look(check, site, boundMs)) })),
  );
  return { ok: examined.every(({ state }) => state !== "fail"), checks: examined };
}

async function look({ look }: Check, site: Site, boundMs: number): Promise<Finding> {
  try {
    return await within(boundMs, "it", (signal) => look(site, signal));
  } catch (error) {
    const state = error instanceof Blocked ? "skip" : "fail";
    return { state, seen: messageOf(error) };
  }
}

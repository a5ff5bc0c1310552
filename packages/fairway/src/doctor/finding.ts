import type { Site } from "./site.ts";

/** What a check found. `skip`: it could not be looked at, because of something that another check names. */
type State = "ok" | "warn" | "fail" | "skip";

export interface Finding {
  readonly state: State;
  /** What was seen, in words. */
  readonly seen: string;
  /** What mends it: mostly a command to type. */
  readonly mend?: string;
}

/** One part of a machine that is looked at. */
export interface Check {
  readonly name: string;
  /** What is looked at, for the documentation. */
  readonly about: string;
  /** Whether a machine has that part at all; absent: every machine has. */
  readonly applies?: (site: Site) => boolean;
  /** What it throws is a finding too: `skip` for `Blocked`, else `fail`. */
  readonly look: (site: Site, signal: AbortSignal) => Promise<Finding>;
}

/** All is well with a part. @param seen what was seen, in words. */
export function ok(seen: string): Finding {
  return { state: "ok", seen };
}

/** It works, and somebody should know. @param mend what changes it. */
export function warn(seen: string, mend: string): Finding {
  return { state: "warn", seen, mend };
}

/** It does not work. @param mend what mends it: mostly a command to type. */
export function fail(seen: string, mend: string): Finding {
  return { state: "fail", seen, mend };
}

const shownAtMost = 3;

/** The first of what was found, in one line, and how many more there are. */
export function firstFew(found: readonly string[]): string {
  const more = found.length > shownAtMost ? [`and ${found.length - shownAtMost} more`] : [];
  return [...found.slice(0, shownAtMost), ...more].join("; ");
}

/** A check needs what another one found broken. */
export class Blocked extends Error {
  override readonly name = "Blocked";
}

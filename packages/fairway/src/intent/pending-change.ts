import type { Operation } from "@fairway/ovsdb";
import type { Author } from "./change-log.ts";
import type { Draft } from "./draft.ts";

/** Reads the draft and writes to it; runs again from the start where a commit has to be repeated, so it makes no UUIDs. */
export type Plan<T> = (draft: Draft) => T;

/** A change that waits for its commit. */
export interface PendingChange {
  readonly plan: Plan<unknown>;
  readonly author: Author;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  attempts: number;
  /** Whether an earlier try got no answer: it may have been committed. */
  mayBeCommitted: boolean;
}

/** A change that was drafted, and what it gives and writes. */
export interface Planned {
  readonly change: PendingChange;
  readonly result: unknown;
  readonly operations: readonly Operation[];
}

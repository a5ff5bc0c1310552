import { messageOf } from "../errors.ts";
import { Draft } from "./draft.ts";
import type { Plan } from "./pending-change.ts";
import type { Store } from "./store.ts";

/** What a use case needs of the store. */
export type Changeable = Pick<Store, "view" | "change">;

/** Why use cases that ran together changed nothing. */
export class JointFailure extends Error {
  override readonly name = "JointFailure";
  /** What those that failed threw, by their place among the others, the first first. */
  readonly failures: ReadonlyMap<number, unknown>;

  constructor(failures: ReadonlyMap<number, unknown>) {
    super(messageOf(failures.values().next().value));
    this.failures = failures;
  }
}

/** A use case that runs with others. */
interface Part<Result> {
  readonly result: Promise<Result>;
  /** Resolves when it has said what it changes, or is over without a change. */
  readonly planned: Promise<void>;
  /** What it changes; undefined where it has not said so. */
  plan(): Plan<unknown> | undefined;
  settle(value: unknown): void;
  fail(reason: unknown): void;
}

/**
 * Runs several use cases as one transaction: what each changes is planned on what those before it have changed, and all of it is committed, or nothing.
 * Each is given a store of its own, and changes it once at most; what it looks at before is what is committed.
 * Returns what they return. Throws `JointFailure` where some of them fail, and what the store throws; then none has changed anything.
 */
export async function jointly<Result>(
  store: Changeable,
  works: readonly ((store: Changeable) => Promise<Result>)[],
): Promise<Result[]> {
  const parts = works.map((work) => begin(store, work));
  const settled = Promise.allSettled(parts.map(({ result }) => result));
  try {
    await Promise.all(parts.map(({ planned }) => planned));
    const early = await failuresOf(parts);
    const values = await store.change((draft) => planAll(draft, parts, early));
    for (const [at, part] of parts.entries()) part.settle(values[at]);
  } catch (error) {
    for (const part of parts) part.fail(error);
    await settled;
    throw error;
  }
  return Promise.all(parts.map(({ result }) => result));
}

/**
 * Drafts what each changes. One that fails leaves no trace for those after it, which are planned all the same: whoever asked learns of all faults at once.
 * Throws `JointFailure`.
 * @param early those that failed before they said what they change.
 */
function planAll(
  draft: Draft,
  parts: readonly Part<unknown>[],
  early: ReadonlyMap<number, unknown>,
): readonly unknown[] {
  const failures = new Map(early);
  const values = parts.map((part, at) => {
    const own = new Draft(draft);
    try {
      const value = part.plan()?.(own);
      own.mergeInto(draft);
      return value;
    } catch (error) {
      // What it took may be another's.
      own.abandon();
      failures.set(at, error);
      return undefined;
    }
  });
  if (failures.size === 0) return values;
  throw new JointFailure(new Map([...failures].sort(([one], [other]) => one - other)));
}

/** What those threw that were over before they changed anything. */
async function failuresOf(parts: readonly Part<unknown>[]): Promise<ReadonlyMap<number, unknown>> {
  const failures = new Map<number, unknown>();
  for (const [at, part] of parts.entries())
    if (part.plan() === undefined) await part.result.catch((error: unknown) => failures.set(at, error));
  return failures;
}

function begin<Result>({ view }: Changeable, work: (store: Changeable) => Promise<Result>): Part<Result> {
  const { promise: planned, resolve: isPlanned } = Promise.withResolvers<void>();
  const committed = Promise.withResolvers<unknown>();
  // Of a use case that fails before it changes anything nobody waits for this.
  committed.promise.catch(() => undefined);
  let own: Plan<unknown> | undefined;
  const change = <T>(plan: Plan<T>): Promise<T> => {
    if (own !== undefined) throw new Error("a use case that runs with others makes one change");
    own = plan;
    isPlanned();
    return committed.promise as Promise<T>;
  };
  const result = work({ view, change });
  void result.catch(() => undefined).then(() => isPlanned());
  return {
    result,
    planned,
    plan: () => own,
    settle: committed.resolve,
    fail: committed.reject,
  };
}

import type { Tables } from "./generated/fairway.ts";
import { type IndexName, keyOf, type TableName } from "./indexes.ts";

export type IntentRow<T extends TableName> = Tables[T];

/** The intent as it is read: what is committed, or a draft on top of it. */
export interface View {
  get<T extends TableName>(table: T, uuid: string): IntentRow<T> | undefined;
  rows<T extends TableName>(table: T): Iterable<IntentRow<T>>;
  /** In no particular order. */
  find<T extends TableName>(table: T, index: IndexName<T>, key: string): readonly IntentRow<T>[];
  /** How many `find` would give; it costs the same however many there are. */
  count<T extends TableName>(table: T, index: IndexName<T>, key: string): number;
  /** Absent where nobody asks what was read. */
  readonly recorder?: Recorder;
  /** All there is, of a view that shows some of it. */
  readonly whole?: View;
}

/** What a fact may say: values, which are compared with what it said before, however deep. Who asks must not change them. */
export type FactValue = string | number | boolean | object | undefined;

/** Notes what is read of a view, so that whoever read it can be told of changes of that alone. */
export interface Recorder {
  /** See `has`. */
  has<T extends TableName>(table: T, index: IndexName<T>, key: string): boolean;
  /** See `hasAmong`. */
  hasAmong<T extends TableName>(
    table: T,
    index: IndexName<T>,
    first: string,
    lasts: readonly string[],
  ): readonly string[];
  /** See `fact`. */
  recall<V extends FactValue>(
    compute: (view: View, ...args: readonly string[]) => V,
    args: readonly string[],
  ): V;
}

/** The one row of settings. */
export function settingsOf(view: View): IntentRow<"Central"> | undefined {
  for (const row of view.rows("Central")) return row;
  return undefined;
}

/**
 * Whether an index has any row under a key. Whoever compiles asks this where it does not need the number: the first row and the last
 * one concern it, and none between them.
 */
export function has<T extends TableName>(view: View, table: T, index: IndexName<T>, key: string): boolean {
  return view.recorder?.has(table, index, key) ?? view.count(table, index, key) > 0;
}

/**
 * Asks `has` of many keys that have all parts but the last one in common: it costs one note of what was read.
 * @param first the common part of the keys. @param lasts their last parts, of which those are given for which there is a row.
 */
export function hasAmong<T extends TableName>(
  view: View,
  table: T,
  index: IndexName<T>,
  first: string,
  lasts: readonly string[],
): readonly string[] {
  if (view.recorder !== undefined) return view.recorder.hasAmong(table, index, first, lasts);
  return lasts.filter((last) => has(view, table, index, keyOf(first, last)));
}

/**
 * Names something that follows from many rows, so that a view that records remembers it: it is worked out once for all who ask, again
 * when what it read changes, and those who asked are told where it then says something else.
 * @param compute reads the view alone; its other arguments say of what the fact is.
 */
export function fact<A extends readonly string[], V extends FactValue>(
  compute: (view: View, ...args: A) => V,
): (view: View, ...args: A) => V {
  return (view, ...args) =>
    view.recorder === undefined
      ? compute(view, ...args)
      : view.recorder.recall(compute as (view: View, ...args: readonly string[]) => V, args);
}

/** A view that works out each fact once, for who reads it in one stretch: a change in between it would not see. */
export function withMemory(view: View): View {
  if (view.recorder !== undefined) return view;
  const facts = new Map<unknown, Map<string, unknown>>();
  const remembering: View = {
    get: (table, uuid) => view.get(table, uuid),
    rows: (table) => view.rows(table),
    find: (table, index, key) => view.find(table, index, key),
    count: (table, index, key) => view.count(table, index, key),
    ...(view.whole !== undefined && { whole: view.whole }),
    recorder: {
      has: (table, index, key) => has(view, table, index, key),
      hasAmong: (table, index, first, lasts) => hasAmong(view, table, index, first, lasts),
      recall: <V extends FactValue>(
        compute: (view: View, ...args: readonly string[]) => V,
        args: readonly string[],
      ): V => {
        const known = facts.get(compute) ?? new Map<string, unknown>();
        facts.set(compute, known);
        const key = keyOf(...args);
        if (!known.has(key)) known.set(key, compute(remembering, ...args));
        return known.get(key) as V;
      },
    },
  };
  return remembering;
}

import { isDeepStrictEqual } from "node:util";
import type { Change } from "@fairway/ovsdb";
import type { Tables } from "../../intent/generated/fairway.ts";
import type { TableName } from "../../intent/indexes.ts";
import type { FactValue, View } from "../../intent/view.ts";
import { Reader, Readers } from "./readers.ts";
import { TableReaders } from "./table-readers.ts";
import { type Compute, TrackedView } from "./tracked-view.ts";

/**
 * Who read what of the intent. A change touches the readers of a row's columns that differ, of an index's keys that a row came to or
 * left, and of what exists where the first row came or the last one went. Facts that were touched are worked out again before anybody
 * else is: only where one says something else are its readers touched.
 */
export class Dependencies {
  readonly view: View;
  readonly #tables = new Map<TableName, TableReaders<TableName>>();
  readonly #facts = new Map<Compute, FactsOf>();
  /** Facts that may say something else by now. */
  readonly #suspects = new Set<Fact>();
  /** Facts that may have no reader. */
  readonly #unread = new Map<Fact, FactsOf>();
  /** How many readers are being made, one within the other. */
  #depth = 0;

  /** @param view what is committed. */
  constructor(view: View) {
    this.view = view;
  }

  /** How many facts are still to be worked out again. */
  get unsettled(): number {
    return this.#suspects.size;
  }

  /** Makes a reader anew: what it reads from now on is what `work` reads, also where that throws. */
  make<V>(reader: Reader, work: (view: View) => V): V {
    this.#depth++;
    reader.release();
    const view = new TrackedView(this, reader);
    try {
      return work(view);
    } finally {
      view.close();
      this.#depth--;
      this.#dropUnread();
    }
  }

  /** A reader is gone. */
  forget(reader: Reader): void {
    reader.release();
    this.#dropUnread();
  }

  /** Touches whoever read what a transaction has changed. The view shows it already. */
  follow(changes: readonly Change<Tables>[]): void {
    for (const change of changes) this.#tables.get(change.table)?.follow(change);
    for (const table of this.#tables.values()) table.settle(this.view);
  }

  /** Works one fact out again, if any is to be. */
  settleNext(): void {
    for (const fact of this.#suspects) {
      this.#work(fact);
      this.#dropUnread();
      return;
    }
  }

  /** For the views of readers alone. */
  table<T extends TableName>(table: T): TableReaders<T> {
    const known = this.#tables.get(table) ?? new TableReaders<TableName>(table);
    this.#tables.set(table, known);
    return known as unknown as TableReaders<T>;
  }

  /** For the views of readers alone. */
  recall(compute: Compute, args: readonly string[]): Fact {
    const facts = this.#facts.get(compute) ?? new FactsOf(this.#unread);
    this.#facts.set(compute, facts);
    const key = args.join("|");
    let fact = facts.byKey.get(key);
    if (fact === undefined) {
      fact = new Fact(facts.readers, key, (view) => compute(view, ...args), this.#suspects);
      facts.byKey.set(key, fact);
    }
    if (this.#suspects.has(fact)) this.#work(fact);
    return fact;
  }

  #work(fact: Fact): void {
    this.#suspects.delete(fact);
    const isNews = fact.take(this.make(fact, (view) => attempt(() => fact.compute(view))));
    if (isNews) fact.readers.touch(fact.key);
  }

  #dropUnread(): void {
    if (this.#depth > 0) return;
    for (const [fact, facts] of this.#unread) {
      this.#unread.delete(fact);
      if (fact.readers.has(fact.key)) continue;
      facts.byKey.delete(fact.key);
      this.#suspects.delete(fact);
      fact.release();
    }
  }
}

/** All facts of one name. */
class FactsOf {
  readonly byKey = new Map<string, Fact>();
  readonly readers: Readers;

  constructor(unread: Map<Fact, FactsOf>) {
    this.readers = new Readers((key) => {
      const fact = this.byKey.get(key);
      if (fact !== undefined) unread.set(fact, this);
    });
  }
}

type Outcome = { readonly value: FactValue } | { readonly error: unknown };

class Fact extends Reader {
  /** Of all facts of its name, by their keys. */
  readonly readers: Readers;
  readonly key: string;
  readonly compute: (view: View) => FactValue;
  readonly #suspects: Set<Fact>;
  #outcome: Outcome | undefined;

  constructor(readers: Readers, key: string, compute: (view: View) => FactValue, suspects: Set<Fact>) {
    super();
    this.readers = readers;
    this.key = key;
    this.compute = compute;
    this.#suspects = suspects;
    suspects.add(this);
  }

  /** Throws what working it out threw. */
  value(): FactValue {
    if (this.#outcome === undefined) throw new Error("the fact asks for itself");
    if ("error" in this.#outcome) throw this.#outcome.error;
    return this.#outcome.value;
  }

  touched(): void {
    this.#suspects.add(this);
  }

  /** Where it says the same again, those who asked before and those who ask later hold one object. @returns whether it says something else. */
  take(outcome: Outcome): boolean {
    const before = this.#outcome;
    if (before !== undefined && isEqual(before, outcome)) return false;
    this.#outcome = outcome;
    return before !== undefined;
  }
}

function attempt(work: () => FactValue): Outcome {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

/** What failed is never like what failed before. */
function isEqual(one: Outcome, other: Outcome): boolean {
  return "value" in one && "value" in other && isDeepStrictEqual(one.value, other.value);
}

import { OvsdbError } from "./errors.ts";
import type { Row } from "./row-types.ts";

/** Gives the keys under which a row is found; none for undefined. */
export type IndexKeys<R> = (row: R) => string | readonly string[] | undefined;

/** The rows of one table as a replica shows them. Rows are frozen; a changed row is another object. */
export interface ReplicaTable<R extends Row> {
  readonly size: number;
  get(uuid: string): R | undefined;
  rows(): Iterable<R>;
  /** The rows that the index has under the key. Throws "invalid argument" when there is no such index. */
  find(index: string, key: string): readonly R[];
  /** How many those are, without a look at them. Throws as `find` does. */
  count(index: string, key: string): number;
}

/** The same, with the means to change it. */
export class TableStore<R extends Row> implements ReplicaTable<R> {
  readonly #name: string;
  readonly #rows = new Map<string, R>();
  readonly #indexes: ReadonlyMap<string, Index<R>>;

  constructor(name: string, indexes: Readonly<Record<string, IndexKeys<R>>>) {
    this.#name = name;
    this.#indexes = new Map(Object.entries(indexes).map(([index, keys]) => [index, new Index(keys)]));
  }

  get size(): number {
    return this.#rows.size;
  }

  get(uuid: string): R | undefined {
    return this.#rows.get(uuid);
  }

  rows(): Iterable<R> {
    return this.#rows.values();
  }

  find(index: string, key: string): readonly R[] {
    return this.#index(index).find(key);
  }

  count(index: string, key: string): number {
    return this.#index(index).count(key);
  }

  /** Puts, replaces or (undefined) removes a row; gives the former one. */
  set(uuid: string, row: R | undefined): R | undefined {
    const old = this.#rows.get(uuid);
    if (row === undefined) this.#rows.delete(uuid);
    else this.#rows.set(uuid, row);
    for (const index of this.#indexes.values()) {
      if (old !== undefined) index.remove(old);
      if (row !== undefined) index.add(row);
    }
    return old;
  }

  #index(name: string): Index<R> {
    const found = this.#indexes.get(name);
    if (found === undefined) throw new OvsdbError("invalid argument", `${this.#name} has no index ${name}`);
    return found;
  }
}

/** Most keys lead to one row, which is then held without a collection around it. */
class Index<R extends Row> {
  readonly #keys: IndexKeys<R>;
  readonly #entries = new Map<string, R | Map<string, R>>();

  constructor(keys: IndexKeys<R>) {
    this.#keys = keys;
  }

  find(key: string): readonly R[] {
    const entry = this.#entries.get(key);
    if (entry === undefined) return [];
    return entry instanceof Map ? [...entry.values()] : [entry];
  }

  count(key: string): number {
    const entry = this.#entries.get(key);
    if (entry === undefined) return 0;
    return entry instanceof Map ? entry.size : 1;
  }

  add(row: R): void {
    for (const key of this.#keysOf(row)) {
      const entry = this.#entries.get(key);
      if (entry === undefined) this.#entries.set(key, row);
      else if (entry instanceof Map) entry.set(row._uuid, row);
      else if (entry !== row) this.#entries.set(key, new Map([entry, row].map((each) => [each._uuid, each])));
    }
  }

  remove(row: R): void {
    for (const key of this.#keysOf(row)) {
      const entry = this.#entries.get(key);
      if (entry instanceof Map) {
        entry.delete(row._uuid);
        const [last] = entry.values();
        if (entry.size === 1 && last !== undefined) this.#entries.set(key, last);
      } else if (entry?._uuid === row._uuid) this.#entries.delete(key);
    }
  }

  #keysOf(row: R): readonly string[] {
    const keys = this.#keys(row);
    if (keys === undefined) return [];
    return typeof keys === "string" ? [keys] : keys;
  }
}

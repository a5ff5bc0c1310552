import { OvsdbError } from "./errors.ts";
import type { Row } from "./row-types.ts";

/** Gives the keys under which a row is found; none for undefined. A row for which it throws is under no key, and the client's logger is told. */
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

  /** @param warn is told of rows that an index cannot read. */
  constructor(
    name: string,
    indexes: Readonly<Record<string, IndexKeys<R>>>,
    warn: (message: string) => void = () => undefined,
  ) {
    this.#name = name;
    const entries = Object.entries(indexes).map(
      ([index, keys]) => [index, new Index(`${name}.${index}`, keys, warn)] as const,
    );
    this.#indexes = new Map(entries);
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
  readonly #name: string;
  readonly #keys: IndexKeys<R>;
  readonly #warn: (message: string) => void;
  readonly #entries = new Map<string, R | Map<string, R>>();

  constructor(name: string, keys: IndexKeys<R>, warn: (message: string) => void) {
    this.#name = name;
    this.#keys = keys;
    this.#warn = warn;
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

  /** One row that cannot be read must not end the replica: it would come again with every connection. */
  #keysOf(row: R): readonly string[] {
    try {
      const keys = this.#keys(row);
      if (keys === undefined) return [];
      return typeof keys === "string" ? [keys] : keys;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#warn(`Row ${row._uuid} is under no key of the index ${this.#name}: ${reason}`);
      return [];
    }
  }
}

import type { Change } from "@fairway/ovsdb";
import type { Tables } from "../../intent/generated/fairway.ts";
import { type IndexName, keysIn, type TableName } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { Dependencies } from "../tracking/dependencies.ts";
import { Reader } from "../tracking/readers.ts";
import type { ItemSource } from "./item-kind.ts";
import { compileHostItem, type HostItem, itemSources } from "./items.ts";

/** A source as it is for any table. */
interface AnySource {
  readonly table: TableName;
  readonly byHost: IndexName<TableName> | null;
  id(row: IntentRow<TableName>): string | undefined;
}

/** The items of the hosts that are followed, with what each read when it was compiled last. */
export class TrackedItems {
  readonly #dependencies: Dependencies;
  readonly #hosts = new Map<string, Items>();

  /** @param view what is committed. */
  constructor(view: View) {
    this.#dependencies = new Dependencies(view);
  }

  /** How many facts are still to be worked out again before all items are marked that must be. */
  get unsettled(): number {
    return this.#dependencies.unsettled;
  }

  /** Works out one of those. */
  settleNext(): void {
    this.#dependencies.settleNext();
  }

  /** Hosts with items that must be compiled, by their UUIDs. */
  *marked(): Iterable<string> {
    for (const [host, { marked }] of this.#hosts) if (marked.size > 0) yield host;
  }

  /** Follows a host's items from now on: all of them are marked. */
  begin(host: string): void {
    const items = new Items();
    this.#hosts.set(host, items);
    const { view } = this.#dependencies;
    for (const { kind, source } of itemSources) {
      const any = anySource(source);
      const { table, byHost } = any;
      const rows = byHost === null ? view.rows(table) : view.find(table, byHost, host);
      for (const row of rows) items.count(keyOf(kind, any.id(row)), 1);
    }
  }

  /** The host is gone. */
  end(host: string): void {
    for (const item of this.#hosts.get(host)?.all() ?? []) this.#dependencies.forget(item);
    this.#hosts.delete(host);
  }

  /** Marks the items that a transaction touches. The view shows it already. */
  follow(changes: readonly Change<Tables>[]): void {
    for (const change of changes)
      for (const { kind, source } of itemSources)
        if (source.table === change.table) this.#followRow(kind, anySource(source), change);
    this.#dependencies.follow(changes);
  }

  /** The items of a host that are marked; they are no more then. */
  takeMarked(host: string): readonly string[] {
    return this.#hosts.get(host)?.takeMarked() ?? [];
  }

  /** An item as it is now; undefined where the host must not have it. Throws what its kind throws. */
  compile(host: string, key: string): HostItem | undefined {
    const items = this.#hosts.get(host);
    const item = items?.get(key);
    if (items === undefined || item === undefined) return undefined;
    if (item.rows > 0) return this.#dependencies.make(item, (view) => compileHostItem(view, host, key));
    this.#dependencies.forget(item);
    items.delete(key);
    return undefined;
  }

  #followRow(kind: HostItem["kind"], source: AnySource, { old, new: now }: Change<Tables>): void {
    const [before, after] = [old, now].map((row) => row && keyOf(kind, source.id(row)));
    const [from, to] = [old, now].map((row) => (row === undefined ? [] : this.#hostsOf(source, row)));
    if (before === after && String(from) === String(to)) return;
    for (const items of from ?? []) this.#hosts.get(items)?.count(before, -1);
    for (const items of to ?? []) this.#hosts.get(items)?.count(after, 1);
  }

  #hostsOf({ table, byHost }: AnySource, row: IntentRow<TableName>): readonly string[] {
    return byHost === null ? [...this.#hosts.keys()] : keysIn(table, byHost, row);
  }
}

/** The items that one host may have. */
class Items {
  readonly #byKey = new Map<string, Item>();
  readonly marked = new Set<string>();

  get(key: string): Item | undefined {
    return this.#byKey.get(key);
  }

  all(): Iterable<Item> {
    return this.#byKey.values();
  }

  delete(key: string): void {
    this.#byKey.delete(key);
  }

  /** One more row brings an item, or one less. */
  count(key: string | undefined, more: 1 | -1): void {
    if (key === undefined) return;
    const item = this.#byKey.get(key) ?? new Item(key, this.marked);
    this.#byKey.set(key, item);
    const had = item.rows;
    item.rows += more;
    if (had === 0 || item.rows === 0) item.touched();
  }

  takeMarked(): readonly string[] {
    const keys = [...this.marked];
    this.marked.clear();
    return keys;
  }
}

class Item extends Reader {
  readonly #key: string;
  readonly #marked: Set<string>;
  /** How many rows bring it. */
  rows = 0;

  constructor(key: string, marked: Set<string>) {
    super();
    this.#key = key;
    this.#marked = marked;
  }

  touched(): void {
    this.#marked.add(this.#key);
  }
}

function keyOf(kind: HostItem["kind"], id: string | undefined): string | undefined {
  return id === undefined ? undefined : `${kind}/${id}`;
}

/** What a source says of a row of its own table it is asked of such rows alone. */
function anySource(source: ItemSource): AnySource {
  return source as unknown as AnySource;
}

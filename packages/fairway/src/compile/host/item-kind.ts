import type { IndexName, TableName } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";

/** Rows that bring items to hosts. */
interface SourceIn<T extends TableName> {
  readonly table: T;
  /** The index that has such a row under its host's UUID; `null`: it is for every host. */
  readonly byHost: IndexName<T> | null;
  /** Of what the item is, as its key says it after the kind; undefined where this row brings none. */
  id(row: IntentRow<T>): string | undefined;
}

export type ItemSource = { readonly [T in TableName]: SourceIn<T> }[TableName];

/** A kind of item of a host's state. */
export interface ItemKind<I extends { readonly key: string; readonly kind: string }> {
  readonly kind: I["kind"];
  /** A host may have an item for as long as one of these rows brings it. */
  readonly sources: readonly ItemSource[];
  /**
   * @param id what follows the kind in the item's key.
   * @returns undefined where the host must not have the item.
   */
  compile(view: View, host: string, id: string): I | undefined;
}

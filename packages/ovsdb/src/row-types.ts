import type { Atom, ConditionFunction } from "./notation.ts";

/**
 * A column's value outside of messages: a scalar, an optional scalar (null when empty), a set (sorted, its order
 * has no meaning) or a map. UUIDs are strings.
 */
export type ColumnValue = Atom | null | readonly Atom[] | Readonly<Record<string, Atom>>;

export interface Row {
  readonly _uuid: string;
}

/** What `Tables` is when no generated types are given. */
export interface AnyTables {
  readonly [table: string]: Row & { readonly [column: string]: ColumnValue };
}

/** Bounds a type parameter to interfaces such as `{ Logical_Switch: LogicalSwitchRow }`. */
export type TablesOf<Tables> = { readonly [T in keyof Tables]: Row };

export type TableName<Tables> = keyof Tables & string;

/** Stands for the row that an insert of the same transaction makes under this name. */
export interface NamedUuid {
  readonly named: string;
}

type InputAtom<A> = A extends string ? (string extends A ? A | NamedUuid : A) : A;

/** What may be written to a column: its value, with names in place of UUIDs that are not known yet. */
type Input<V> = V extends readonly (infer E)[]
  ? readonly InputAtom<E>[]
  : V extends object
    ? { readonly [K in keyof V]: InputAtom<V[K]> }
    : InputAtom<V>;

export type ColumnName<R> = keyof R & string;

/** Columns to write; those left out take the schema's default (insert) or stay (update). */
export type RowInput<R> = { readonly [C in Exclude<ColumnName<R>, "_uuid">]?: Input<R[C]> };

/** One condition on a column; a list of them must all hold, an empty list selects every row. */
export type Condition<R> = {
  readonly [C in ColumnName<R>]: readonly [column: C, function: ConditionFunction, value: Input<R[C]>];
}[ColumnName<R>];

type Element<V> = V extends readonly (infer E)[] ? E : V;

type ColumnMutation<C, V> =
  | (number extends Element<V>
      ? readonly [column: C, mutator: "+=" | "-=" | "*=" | "/=" | "%=", value: number]
      : never)
  | (NonNullable<V> extends readonly (infer E)[]
      ? readonly [column: C, mutator: "insert" | "delete", value: readonly InputAtom<E>[]]
      : NonNullable<V> extends object
        ?
            | readonly [column: C, mutator: "insert", value: Input<NonNullable<V>>]
            | readonly [column: C, mutator: "delete", value: Input<NonNullable<V>> | readonly string[]]
        : null extends V
          ? readonly [column: C, mutator: "insert" | "delete", value: Input<NonNullable<V>>]
          : never);

/** Arithmetic on numbers; insert and delete on sets, optional columns and maps (delete also takes a list of keys). */
export type Mutation<R> = {
  readonly [C in ColumnName<R>]: ColumnMutation<C, R[C]>;
}[ColumnName<R>];

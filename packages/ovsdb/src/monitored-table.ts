import { encodeConditions, type PlainCondition, rowTest } from "./conditions.ts";
import { OvsdbError } from "./errors.ts";
import type { WireCondition } from "./notation.ts";
import { type IndexKeys, TableStore } from "./replica-table.ts";
import type { Row } from "./row-types.ts";
import type { DatabaseSchema, TableSchema } from "./schema.ts";
import { type RowReader, TableCodec } from "./table-codec.ts";

/** What to watch of one table. A `where` of [false] selects nothing; undefined: every row. */
export interface TableRequest {
  readonly columns: readonly string[];
  readonly where: readonly (WireCondition | false)[] | undefined;
}

/** A table of a replica: which part of it is wanted, how its rows are read, and what it holds. */
export class MonitoredTable {
  readonly name: string;
  readonly store: TableStore<Row>;
  readonly reader: RowReader;
  readonly #codec: TableCodec;
  readonly #columns: readonly string[];
  #where: TableRequest["where"];
  #accepts: (row: Row) => boolean = () => true;

  /** Throws "invalid value" for what the schema does not have. */
  constructor(
    schema: DatabaseSchema,
    name: string,
    selection: { readonly columns?: readonly string[]; readonly where?: readonly unknown[] },
    indexes: Readonly<Record<string, IndexKeys<Row>>>,
    warn: (message: string) => void = () => undefined,
  ) {
    this.name = name;
    this.#codec = new TableCodec(schema, name);
    const tested = ((selection.where ?? []) as readonly PlainCondition[]).map(([column]) => column);
    const columns = selection.columns ?? this.#codec.columnNames();
    this.#columns = [...new Set([...columns, ...tested])].filter((column) => column !== "_uuid");
    this.store = new TableStore<Row>(name, indexes, warn);
    this.reader = this.#codec.reader(this.#columns);
    if (selection.where !== undefined) this.select(selection.where);
  }

  /** Throws "invalid value". */
  select(where: readonly unknown[]): void {
    for (const [column] of where as readonly PlainCondition[]) {
      if (column !== "_uuid" && !this.#columns.includes(column)) {
        throw new OvsdbError("invalid value", `The replica's ${this.name} does not hold ${column}`);
      }
    }
    const conditions = encodeConditions(this.#codec, where);
    this.#where = conditions.length === 0 ? [false] : conditions;
    this.#accepts = rowTest(this.#codec, where as readonly PlainCondition[]);
  }

  get conditions(): TableRequest["where"] {
    return this.#where;
  }

  /** The same choice as the server's, for servers that cannot choose. */
  accepts(row: Row): boolean {
    return this.#accepts(row);
  }

  /** @param present the table as the server has it, which may lack columns */
  request(present: TableSchema): TableRequest {
    const columns = this.#columns.filter((column) => present.columns[column] !== undefined);
    return { columns, where: this.#where };
  }
}

import fc from "../../../../test/fast-check.ts";
import { rowAt } from "./any-row.ts";
import { anyUuid, few, type Table, uuidOf } from "./any-value.ts";
import type { IntentInMemory, Write } from "./intent-in-memory.ts";

/** Makes or changes a row as a whole, or one of its columns, or deletes it. */
type Step = (intent: IntentInMemory) => Write;

function stepsOf<T extends Table>(table: T): fc.Arbitrary<Step> {
  const whole = fc
    .nat(few[table] - 1)
    .chain((at) => rowAt(table, at).map((row) => ({ uuid: uuidOf(table, at), row })));
  const make = whole.map(
    ({ uuid, row }): Step =>
      () =>
        ({ table, uuid, row }) as unknown as Write,
  );
  const change = fc.tuple(whole, fc.nat()).map(
    ([{ uuid, row }, at]): Step =>
      (intent) => {
        const { _uuid, ...known } = intent.get(table, uuid) ?? { _uuid: uuid, ...row };
        const names = Object.keys(row) as (keyof typeof row)[];
        const name = names[at % names.length];
        return { table, uuid, row: { ...known, ...(name && { [name]: row[name] }) } } as unknown as Write;
      },
  );
  const remove = anyUuid(table).map(
    (uuid): Step =>
      () => ({ table, uuid, row: undefined }),
  );
  return fc.oneof({ weight: 3, arbitrary: make }, { weight: 4, arbitrary: change }, remove);
}

const tables = Object.keys(few) as readonly Table[];

/** A transaction on any intent. */
export const anyTransaction: fc.Arbitrary<readonly Step[]> = fc.array(fc.oneof(...tables.map(stepsOf)), {
  minLength: 1,
  maxLength: 4,
});

/** A transaction that makes all rows that there are: no reference of theirs leads nowhere. */
export const anyIntent: fc.Arbitrary<readonly Write[]> = fc
  .tuple(
    ...tables.map((table) => fc.tuple(...Array.from({ length: few[table] }, (_, at) => rowAt(table, at)))),
  )
  .map((all) =>
    all.flatMap((rows, at) => {
      const table = tables[at] ?? "Host";
      return rows.map((row, which) => ({ table, uuid: uuidOf(table, which), row }) as Write);
    }),
  );

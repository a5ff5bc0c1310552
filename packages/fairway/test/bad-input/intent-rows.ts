import { schema } from "../../src/intent/generated/fairway.ts";
import type { Store } from "../../src/intent/store.ts";

/** Everything that the intent holds, as text: equal texts, equal rows. */
export function intentRows({ view }: Pick<Store, "view">): string {
  const tables = Object.keys(schema.tables) as Parameters<typeof view.rows>[0][];
  return tables
    .flatMap((table) => Array.from(view.rows(table), (row) => `${table} ${JSON.stringify(row)}`))
    .sort()
    .join("\n");
}

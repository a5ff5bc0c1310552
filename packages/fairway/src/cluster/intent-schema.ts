import { rename } from "node:fs/promises";
import { type DatabaseSchema, parseSchema } from "@fairway/ovsdb";
import { FairwayError, messageOf } from "../errors.ts";
import { schema } from "../intent/generated/fairway.ts";
import { schemaFile } from "../intent/schema-file.ts";
import type { Logger } from "../logger.ts";
import { execute } from "./ovsdb-program.ts";

const patience = "--timeout=30";

export interface IntentDatabase {
  /** Where its server listens, e.g. unix:/run/fairway/intent.sock. */
  readonly remote: string;
  readonly file: string;
  readonly logger: Logger;
}

/**
 * Gives the database this version's schema, with what it holds; what it was lies beside it afterwards. The server
 * goes on meanwhile (ovsdb-server(7), "Converting"). Throws `unsupported`, with nothing changed, where a later version
 * has written it: with an older schema its rows would lose columns.
 */
export async function adoptSchema({ remote, file, logger }: IntentDatabase): Promise<void> {
  const present = parseSchema(JSON.parse(await ask("get-schema", remote, schema.name)));
  const later = laterPart(present);
  if (later !== undefined) {
    const problem = `the intent's database ${file} was written by a later version of Fairway: it has ${later}`;
    throw new FairwayError("unsupported", `${problem}; install that version, or put an older database there`);
  }
  if ((await ask("needs-conversion", remote, schemaFile)).trim() === "no") return;
  const backup = `${file}.${present.version}`;
  try {
    await execute("ovsdb-client", [patience, "backup", remote, schema.name], {
      output: `${backup}.new`,
    });
    await rename(`${backup}.new`, backup);
    await ask("convert", remote, schemaFile);
  } catch (cause) {
    const problem = `the intent's database ${file} could not be converted to schema ${schema.version}`;
    throw new FairwayError("internal", `${problem}: ${messageOf(cause)}`, { cause });
  }
  logger.info({ file, from: present.version, to: schema.version, backup }, "converted the intent's database");
}

function ask(...words: readonly string[]): Promise<string> {
  return execute("ovsdb-client", [patience, ...words]);
}

/**
 * What of the database only a later version of Fairway can have made, in words. Within one version of the schema, which
 * grows from commit to commit, that is what this one does not know.
 */
function laterPart(present: DatabaseSchema): string | undefined {
  const order = present.version.localeCompare(schema.version, "en", { numeric: true });
  if (order > 0) return `schema ${present.version}, this version knows ${schema.version}`;
  if (order < 0) return undefined;
  for (const [name, table] of Object.entries(present.tables)) {
    const known = schema.tables[name];
    if (known === undefined) return `the table ${name}`;
    const column = Object.keys(table.columns).find((column) => !(column in known.columns));
    if (column !== undefined) return `the column ${column} of ${name}`;
  }
  return undefined;
}

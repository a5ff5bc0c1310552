import { readFile, rename } from "node:fs/promises";
import { type DatabaseSchema, OvsdbClient, parseSchema } from "@fairway/ovsdb";
import { FairwayError, messageOf } from "../errors.ts";
import { command } from "../host/program.ts";
import { schema } from "../intent/generated/fairway.ts";
import { Migration, oldColumns } from "../intent/migration.ts";
import { op } from "../intent/operations.ts";
import { schemaFile } from "../intent/schema-file.ts";
import type { Logger } from "../logger.ts";

const patience = "--timeout=30";

/** Longer than any of them needs for a large database. */
const boundMs = 60_000;

/** Of a database between schemas 1 and 2: every 1 is older, and an older Fairway takes it for a later one's. */
const halfwayVersion = "1.1000.0";

/** A schema as its file has it. */
interface SchemaFile {
  readonly version: string;
  readonly tables: Readonly<Record<string, { readonly columns: Readonly<Record<string, unknown>> }>>;
}

export interface IntentDatabase {
  /** Where its server listens, e.g. unix:/run/fairway/intent.sock. */
  readonly remote: string;
  readonly file: string;
  readonly logger: Logger;
  /** Ends the wait for a server that does not answer. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives the database this version's schema, with what it holds; what it was lies beside it afterwards. The server
 * goes on meanwhile (ovsdb-server(7), "Converting"). Throws `unsupported`, with nothing changed, where a later version
 * has written it: with an older schema its rows would lose columns.
 */
export async function adoptSchema(database: IntentDatabase): Promise<void> {
  const { file, logger, signal } = database;
  const present = await schemaOf(database);
  const later = laterPart(parseSchema(present));
  if (later !== undefined) {
    const problem = `the intent's database ${file} was written by a later version of Fairway: it has ${later}`;
    throw new FairwayError("unsupported", `${problem}; install that version, or put an older database there`);
  }
  if (!(await needsConversion(database))) return;
  try {
    for await (const step of conversion(database))
      logger.info({ file, step }, "converting the intent's database");
  } catch (cause) {
    signal?.throwIfAborted();
    const problem = `the intent's database ${file} could not be converted to schema ${schema.version}`;
    throw new FairwayError("internal", `${problem}: ${messageOf(cause)}`, { cause });
  }
  const { version: from } = present;
  logger.info({ file, from, to: schema.version }, "converted the intent's database");
}

/**
 * The steps of a conversion; each is done whole or not at all, and names itself when it is done. Whoever begins again after any of
 * them comes to the same end.
 */
export async function* conversion(database: IntentDatabase): AsyncGenerator<string, void> {
  const { remote, file, signal } = database;
  const bound = { timeoutMs: boundMs, ...(signal && { signal }) };
  const present = await schemaOf(database);
  if (present.version !== halfwayVersion) {
    const backup = `${file}.${present.version}`;
    const output = `${backup}.new`;
    await command("ovsdb-client", [patience, "backup", remote, schema.name], { output, boundMs, signal });
    await rename(output, backup);
    yield `kept as ${backup}`;
  }
  if (hasOldColumns(present)) {
    await using client = new OvsdbClient({ remotes: [remote] });
    const both = withOldColumns(JSON.parse(await readFile(schemaFile, "utf8")) as SchemaFile);
    // The server takes the connection from whoever does not say so (ovsdb-server(7), "Database Change Awareness").
    await client.request("set_db_change_aware", [true]);
    await client.request("convert", [schema.name, both], bound);
    yield "room for the columns of both versions";
    const migration = new Migration(parseSchema(both));
    const rows = await client.transact(schema.name, migration.select, bound);
    const moves = [...migration.move(rows), op.commit(true)];
    await client.transact(schema.name, moves, bound);
    yield "rows moved";
  }
  await ask(database, "convert", remote, schemaFile);
  yield `schema ${schema.version}`;
}

async function schemaOf(database: IntentDatabase): Promise<SchemaFile> {
  return JSON.parse(await ask(database, "get-schema", database.remote, schema.name)) as SchemaFile;
}

async function needsConversion(database: IntentDatabase): Promise<boolean> {
  return (await ask(database, "needs-conversion", database.remote, schemaFile)).trim() !== "no";
}

function ask({ signal }: IntentDatabase, ...words: readonly string[]): Promise<string> {
  return command("ovsdb-client", [patience, ...words], { boundMs, signal });
}

/** Whether the database has what schema 1 alone has, and rows with it that are still to move. */
function hasOldColumns({ tables }: SchemaFile): boolean {
  return tables["Subnet"]?.columns["space"] !== undefined;
}

/** This version's schema, and beside it the columns out of which rows move. */
function withOldColumns(wanted: SchemaFile): SchemaFile {
  const tables = Object.entries(wanted.tables).map(
    ([name, table]) => [name, { ...table, columns: { ...table.columns, ...oldColumns[name] } }] as const,
  );
  return { ...wanted, version: halfwayVersion, tables: Object.fromEntries(tables) };
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

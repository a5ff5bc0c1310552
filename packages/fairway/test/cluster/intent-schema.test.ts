import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { OvsdbClient } from "@fairway/ovsdb";
import { IntentServer } from "../../src/cluster/intent-server.ts";
import { schema } from "../../src/intent/generated/fairway.ts";
import { schemaFile } from "../../src/intent/schema-file.ts";
import { silent } from "../../src/logger.ts";

const run = promisify(execFile);

interface Schema {
  version: string;
  readonly tables: Record<string, { readonly columns: Record<string, unknown> }>;
}

/** A folder with a database of another version's schema that holds one row. */
async function databaseOf(change: (schema: Schema) => void) {
  const folder = await mkdtempDisposable(join(tmpdir(), "fairway-schema-"));
  const other = JSON.parse(await readFile(schemaFile, "utf8")) as Schema;
  change(other);
  const file = join(folder.path, "intent.db");
  await writeFile(join(folder.path, "other.ovsschema"), JSON.stringify(other));
  await run("ovsdb-tool", ["create", file, join(folder.path, "other.ovsschema")]);
  const row = { epoch: 7, leader: "h1", encapsulation: "geneve", underlay_mtu: 1500 };
  const insert = ["Fairway", { op: "insert", table: "Central", row }];
  await run("ovsdb-tool", ["transact", file, JSON.stringify(insert)]);
  return {
    file,
    options: { file, runDirectory: folder.path, logger: silent },
    version: async (path = file) => (await run("ovsdb-tool", ["db-version", path])).stdout.trim(),
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

/** The rows of Central as a client of this version sees them. */
async function centrals({ remote }: IntentServer): Promise<unknown> {
  await using client = new OvsdbClient({ remotes: [remote] });
  const select = { op: "select", table: "Central", where: [], columns: ["epoch", "settings"] };
  const [{ rows } = {}] = (await client.request("transact", ["Fairway", select])) as { rows?: unknown }[];
  return rows;
}

const older = (schema: Schema) => {
  schema.version = "0.9.0";
  delete schema.tables["Central"]?.columns["settings"];
};
const kept = [{ epoch: 7, settings: ["map", []] }];

test("O10 a database of an older schema is converted with its rows, and lies as it was beside the new one", async () => {
  await using database = await databaseOf(older);
  {
    await using server = await IntentServer.ensure(database.options);
    assert.deepEqual(await centrals(server), kept);
  }
  assert.equal(await database.version(), schema.version);
  assert.equal(await database.version(`${database.file}.0.9.0`), "0.9.0");
  await using again = await IntentServer.ensure(database.options);
  assert.deepEqual(await centrals(again), kept);
});

test("O10 the database of a server that goes on is converted under it", async () => {
  await using database = await databaseOf(older);
  const { runDirectory } = database.options;
  const remote = `--remote=punix:${join(runDirectory, "intent.sock")}`;
  const control = `--unixctl=${join(runDirectory, "intent.ctl")}`;
  const pidFile = join(runDirectory, "intent.pid");
  await run("ovsdb-server", [
    remote,
    control,
    `--pidfile=${pidFile}`,
    "--detach",
    "--no-chdir",
    database.file,
  ]);
  const pid = await readFile(pidFile, "utf8");
  await using server = await IntentServer.ensure(database.options);
  assert.deepEqual(await centrals(server), kept);
  assert.equal(await readFile(pidFile, "utf8"), pid);
});

test("O10 a database that lacks what was added within a version gets it", async () => {
  await using database = await databaseOf(({ tables }) => delete tables["Central"]?.columns["settings"]);
  await using server = await IntentServer.ensure(database.options);
  assert.deepEqual(await centrals(server), kept);
});

const later: Readonly<Record<string, readonly [change: (schema: Schema) => void, complaint: RegExp]>> = {
  "a later schema": [
    (schema) => {
      schema.version = "10.0.0";
    },
    /later version of Fairway: it has schema 10\.0\.0, this version knows \d+\.\d+\.\d+; install that version/,
  ],
  "a column of the same schema that is not known": [
    ({ tables: { Central } }) => {
      if (Central) Central.columns["colour"] = { type: "string" };
    },
    /it has the column colour of Central/,
  ],
  "a table of the same schema that is not known": [
    ({ tables }) => {
      tables["Satellite"] = { columns: { name: { type: "string" } } };
    },
    /it has the table Satellite/,
  ],
};
for (const [what, [change, complaint]] of Object.entries(later))
  test(`O10 a database with ${what} is refused and stays as it was; no server is left`, async () => {
    await using database = await databaseOf(change);
    const before = await database.version();
    await assert.rejects(IntentServer.ensure(database.options), { code: "unsupported", message: complaint });
    assert.equal(await database.version(), before);
    assert.equal(existsSync(join(database.options.runDirectory, "intent.sock")), false);
  });

test("O10 a database whose rows do not fit is not converted, and the error says why", async () => {
  await using database = await databaseOf((schema) => {
    older(schema);
    const { Central } = schema.tables;
    if (Central) Central.columns["underlay_mtu"] = { type: "integer" };
  });
  await run("ovsdb-tool", [
    "transact",
    database.file,
    JSON.stringify(["Fairway", { op: "update", table: "Central", where: [], row: { underlay_mtu: 1 } }]),
  ]);
  await assert.rejects(IntentServer.ensure(database.options), {
    code: "internal",
    message: /could not be converted to schema [^]*1 is not in the valid range 576 to 65535/,
  });
  assert.equal(await database.version(), "0.9.0");
});

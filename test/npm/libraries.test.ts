import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { promisify } from "node:util";
import * as client from "../../packages/client/test/readme-example.ts";
import * as plugin from "../../packages/docker-plugin/test/readme-example.ts";
import * as ovsdb from "../../packages/ovsdb/test/readme-example.ts";
import { nodes, project } from "./project.ts";

const run = promisify(execFile);
const built = (name: string) => join(project, "built", name);

describe("the libraries, from npm's archives", () => {
  before(async () => {
    const bin = join(project, "node_modules/.bin/ovsdb-types");
    const { stdout } = await run(process.execPath, [
      bin,
      ovsdb.schemaFile,
      "--tables",
      ovsdb.tables.join(","),
    ]);
    await writeFile(join(project, "northbound.ts"), stdout);
    await writeFile(join(project, "ovsdb.ts"), ovsdb.block("ts"));
    await writeFile(join(project, "plugin.ts"), plugin.block("ts"));
    await writeFile(join(project, "client.ts"), await client.block("ts"));
  });

  it("O15 the READMEs' examples compile with tsc --strict against the libraries' types", async () => {
    const compiler = join(project, "node_modules/typescript/bin/tsc");
    await run(process.execPath, [compiler, "-p", project]);
    const wrong = join(project, "wrong.ts");
    await writeFile(wrong, 'import { createClient } from "@fairway/client";\ncreateClient({ url: 1 });\n');
    const said = await run(process.execPath, [compiler, "-p", project, "--noEmit"]).then(
      () => "nothing",
      ({ stdout }: { stdout: string }) => stdout,
    );
    await writeFile(wrong, "export {};\n");
    assert.match(said, /wrong\.ts\(2,16\): error TS2322: Type 'number' is not assignable to type 'string'/);
  });

  for (const node of nodes)
    it(`O15 the READMEs' examples print what the READMEs say, on ${node === process.execPath ? process.version : node.split("/").at(-3)}`, async () => {
      await ovsdb.exampleRuns(node, built("ovsdb.js"));
      await client.exampleRuns(node, built("client.js"));
      await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-plugin-"));
      await plugin.exampleRuns(directory.path, node, built("plugin.js"));
    });
});

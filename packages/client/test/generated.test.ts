import assert from "node:assert/strict";
import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { registry } from "../../fairway/src/api/registry.ts";
import { apiDocument, generated } from "./generate.ts";

const folder = join(import.meta.dirname, "../src/generated");

test("A03 this client's types and shapes are what the routes say", async () => {
  for (const [name, text] of Object.entries(await generated())) {
    const path = join(folder, name);
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, text);
    const update = "UPDATE_DOCS=1 node --test packages/client/test/generated.test.ts writes it anew";
    assert.ok(readFileSync(path, "utf8") === text, `${name} is not what the routes say: ${update}`);
  }
});

test("A03 a generator from npm takes the OpenAPI document, and what it makes of it compiles", async () => {
  using directory = mkdtempDisposableSync(join(tmpdir(), "fairway-openapi-"));
  const [made, user] = [join(directory.path, "api.ts"), join(directory.path, "user.ts")];
  writeFileSync(made, astToString(await openapiTS(apiDocument())));
  const uses = registry.map(({ operation }) => `export type ${operation} = operations["${operation}"];`);
  writeFileSync(user, ['import type { operations } from "./api.ts";', ...uses].join("\n"));
  const options = { strict: true, noEmit: true, allowImportingTsExtensions: true, types: [] };
  const program = ts.createProgram([user], { ...options, module: ts.ModuleKind.Preserve });
  const faults = ts.getPreEmitDiagnostics(program);
  assert.deepEqual(
    faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
    [],
  );
});

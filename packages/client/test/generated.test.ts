import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { generated } from "./generate.ts";

const folder = join(import.meta.dirname, "../src/generated");

test("A03 a generator of clients from npm accepts the OpenAPI document, and this client's types and shapes are what it makes of it", async () => {
  for (const [name, text] of Object.entries(await generated())) {
    const path = join(folder, name);
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, text);
    const update = "UPDATE_DOCS=1 node --test packages/client/test/generated.test.ts writes it anew";
    assert.equal(readFileSync(path, "utf8"), text, `${name} is not what the routes say: ${update}`);
  }
});

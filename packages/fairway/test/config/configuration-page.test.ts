import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { configurationPage } from "./configuration-page.ts";

const page = new URL("../../../../docs/configuration.md", import.meta.url);

test("O01 docs/configuration.md tells every key as the program takes it", () => {
  const expected = configurationPage();
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(page, expected);
  assert.equal(readFileSync(page, "utf8"), expected);
});

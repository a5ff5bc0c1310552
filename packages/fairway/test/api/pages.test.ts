import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { apiPage, errorsPage } from "./api-page.ts";

const pages = { "api.md": apiPage, "errors.md": errorsPage };

for (const [name, make] of Object.entries(pages)) {
  test(`A03 docs/${name} tells what the program does`, () => {
    const page = new URL(`../../../../docs/${name}`, import.meta.url);
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(page, make());
    assert.equal(readFileSync(page, "utf8"), make());
  });
}

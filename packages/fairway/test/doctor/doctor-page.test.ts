import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { doctorPage } from "./doctor-page.ts";

const page = new URL("../../../../docs/doctor.md", import.meta.url);

test("O03 docs/doctor.md tells every check", () => {
  const expected = doctorPage();
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(page, expected);
  assert.equal(readFileSync(page, "utf8"), expected);
});

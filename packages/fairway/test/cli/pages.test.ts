import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { cliPage } from "./cli-page.ts";
import { brokenLinks, unknownCommands } from "./pages.ts";

const checkout = resolve(import.meta.dirname, "../../../..");
const pages = globSync(["*.md", "docs/**/*.md", "packages/*/README.md", "lab/README.md", "bench/*.md"], {
  cwd: checkout,
});

test("docs/cli.md has every command, operand and option", () => {
  const page = resolve(checkout, "docs/cli.md");
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(page, cliPage());
  assert.equal(readFileSync(page, "utf8"), cliPage());
});

test("every command and option of Fairway on a page exists", () => {
  for (const page of pages)
    assert.deepEqual(unknownCommands(readFileSync(resolve(checkout, page), "utf8")), [], page);
});

test("every link between pages leads to a file, and to a heading where it names one", () => {
  for (const page of pages) assert.deepEqual(brokenLinks(resolve(checkout, page)), [], page);
});

test("a command, an option or a link that leads nowhere is found", () => {
  const text =
    "Run `fairway netwrok ls`, `fairway status --watch` and\n\n```console\nh1# fairway host rm h2 --dead --now\n```\n";
  assert.deepEqual(unknownCommands(text), [
    "fairway host rm h2 --dead --now",
    "fairway netwrok ls",
    "fairway status --watch",
  ]);
  assert.deepEqual(
    unknownCommands("`fairway network show blue -o json`, `fairway cleanup --dry-run`, `fairway`"),
    [],
  );
  assert.deepEqual(
    brokenLinks(resolve(checkout, "docs/x.md"), "[a](nowhere.md) [b](names.md#nothing) [c](names.md)"),
    ["nowhere.md", "names.md#nothing"],
  );
});

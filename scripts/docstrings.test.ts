import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

/** Exported functions without a docstring right above them, as `FILE:LINE NAME`. */
function undocumented(file: string, text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const [, name] = /^export (?:async )?function\*? ?(\w+)/.exec(line) ?? [];
    const isDocumented = lines[at - 1]?.trimEnd().endsWith("*/") ?? false;
    return name === undefined || isDocumented ? [] : `${file}:${at + 1} ${name}`;
  });
}

test("every exported function says what it takes and gives", () => {
  const files = globSync("packages/*/src/**/*.ts", { exclude: (path) => path.includes("generated") });
  assert.ok(files.length > 300, "the sources are found");
  assert.deepEqual(
    files.flatMap((file) => undocumented(file, readFileSync(file, "utf8"))),
    [],
  );
});

test("a function without a docstring is found, one with it is not", () => {
  const text =
    "/** Says so. */\nexport function said() {}\n\nexport async function silent() {}\nfunction own() {}";
  assert.deepEqual(undocumented("a.ts", text), ["a.ts:4 silent"]);
});

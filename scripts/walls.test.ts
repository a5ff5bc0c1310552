import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";

const checkout = resolve(import.meta.dirname, "..");
const rule = "no-restricted-imports";

/** What each folder must not import (design: who may know of whom). */
const forbidden: readonly (readonly [file: string, source: string])[] = [
  ["packages/ovsdb/src/x.ts", "../../fairway/src/errors.ts"],
  ["packages/docker-plugin/src/x.ts", "@fairway/ovsdb"],
  ["packages/fairway/src/runtime/x.ts", "../intent/store.ts"],
  ["packages/fairway/src/intent/x.ts", "../service/pool.ts"],
  ["packages/fairway/src/service/x.ts", "../compile/network.ts"],
  ["packages/fairway/src/service/x.ts", "../control/controller.ts"],
  ["packages/fairway/src/compile/x.ts", "../service/pool.ts"],
  ["packages/fairway/src/compile/x.ts", "node:fs"],
  ["packages/fairway/src/service/allocator.ts", "node:crypto"],
  ["packages/fairway/src/control/x.ts", "../agent/agent.ts"],
  ["packages/fairway/src/api/x.ts", "../docker/pool.ts"],
  ["packages/fairway/src/agent/x.ts", "../service/pool.ts"],
  ["packages/fairway/src/docker/x.ts", "../intent/store.ts"],
  ["packages/fairway/src/cli/x.ts", "../control/controller.ts"],
];

const allowed: readonly (readonly [file: string, source: string])[] = [
  ["packages/fairway/src/service/x.ts", "../intent/store.ts"],
  ["packages/fairway/src/compile/x.ts", "../intent/view.ts"],
  ["packages/fairway/src/control/x.ts", "../compile/units.ts"],
  ["packages/fairway/src/agent/x.ts", "../api/client.ts"],
  ["packages/fairway/src/intent/x.ts", "@fairway/ovsdb"],
  ["packages/fairway/src/runtime/x.ts", "../errors.ts"],
];

/** Lints one file with one import, in a copy of the tree that holds nothing else. */
function complaints(file: string, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), "fairway-walls-"));
  try {
    const path = join(directory, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    copyFileSync(join(checkout, ".oxlintrc.json"), join(directory, ".oxlintrc.json"));
    const { stdout } = spawnSync(process.execPath, [join(checkout, "node_modules/oxlint/bin/oxlint"), "."], {
      cwd: directory,
      encoding: "utf8",
    });
    return stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

for (const [file, source] of forbidden)
  test(`lint refuses ${source} in ${file}`, () => {
    assert.ok(complaints(file, `import { x } from "${source}";\nx();\n`).includes(rule));
  });

for (const [file, source] of allowed)
  test(`lint allows ${source} in ${file}`, () => {
    assert.ok(!complaints(file, `import { x } from "${source}";\nx();\n`).includes(rule));
  });

test("lint refuses a clock in what is pure", () => {
  assert.match(
    complaints("packages/fairway/src/compile/x.ts", "export const now = () => Date.now();\n"),
    /no-restricted-globals/,
  );
});

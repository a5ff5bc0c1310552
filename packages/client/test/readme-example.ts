import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ApiUnderTest } from "../../fairway/test/bad-input/api-under-test.ts";

/** What stands first in a language in the README. */
export async function block(language: string): Promise<string> {
  const readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");
  return readme.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? "";
}

/** Runs the README's example against a center: it prints what the README says. */
export async function exampleRuns(program: string, ...words: readonly string[]): Promise<void> {
  await using api = await ApiUnderTest.start();
  // The center is in this process, which must go on meanwhile.
  const run = spawn(program, [...words, `unix:${api.socketPath}`], { timeout: 30_000 });
  const [out, err] = await Promise.all([text(run.stdout), text(run.stderr), once(run, "close")]);
  assert.equal(err, "");
  assert.equal(out, await block("text"));
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TestServer } from "./server.ts";

export const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
export const schemaFile = process.env["OVN_NB_SCHEMA"] ?? "/usr/share/ovn/ovn-nb.ovsschema";
/** The tables of which the README's example has types. */
export const tables = ["Logical_Switch", "Logical_Switch_Port"];

/** What stands first in a language in the README. */
export function block(language: string): string {
  return readme.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? "";
}

/** Runs the README's example against a server: it prints what the README says. */
export async function exampleRuns(program: string, ...words: readonly string[]): Promise<void> {
  await using server = await TestServer.start([schemaFile]);
  const run = spawnSync(program, [...words, server.remote], { encoding: "utf8", timeout: 10_000 });
  assert.equal(run.stderr, "");
  // The server gives the rows of one transaction in no certain order.
  const sorted = (text: string) => text.split("\n").map((line) => line.split(", ").sort().join(", "));
  assert.deepEqual(sorted(run.stdout), sorted(block("text")));
}

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { fairway } from "../cli/run-command.ts";
import { Folder } from "./imports.ts";

const page = resolve(import.meta.dirname, "../../../../docs/config-import.md");

/** A file as the page shows it, and a command with what it prints. */
const shownFile = /^`([^`\n]+)`:\n\n```\w*\n([^]*?)^```$/gm;
const shownCommand = /^(```console\nh1# fairway (config import --from [^\n>]*)\n)([^]*?)^```$/gm;

test("B01 docs/config-import.md prints what the commands print", async () => {
  const text = readFileSync(page, "utf8");
  await using folder = await Folder.make();
  const files = new Map<string, string>();
  for (const [, name = "", content = ""] of text.matchAll(shownFile))
    files.set(name, await folder.write(name.replaceAll("/", "_"), content));
  let written = text;
  const commands = [...text.matchAll(shownCommand)];
  assert.deepEqual(
    commands.map(([, , line = ""]) => /--from (\w+)/.exec(line)?.[1]),
    ["nuage", "vlcp", "opencontrail", "ovs", "ovs"],
  );
  for (const [whole, head = "", line = ""] of commands) {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
    const { status, out, err } = await fairway(words.map((word) => files.get(word) ?? word));
    assert.equal(status, 0, err);
    const printed = [...files].reduce((all, [name, path]) => all.replaceAll(path, name), `${err}${out}`);
    written = written.replace(whole, () => `${head}${printed}\`\`\``);
  }
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(page, written);
  assert.equal(readFileSync(page, "utf8"), written);
});

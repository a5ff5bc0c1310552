import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempDisposable, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { commandTree } from "../packages/fairway/src/cli/command-tree.ts";
import { manPages, writeManPages } from "./man-pages.ts";
import { roff } from "./roff.ts";

const run = promisify(execFile);
const edition = { version: "0.1.0", date: new Date("2026-11-27T00:00:00Z") };

test("O02 every command has a page of the manual, with its options and what its help says", () => {
  const pages = manPages(edition);
  const commands = commandTree();
  assert.equal(pages.size, commands.length);
  for (const { words, command } of commands) {
    const page = pages.get(`${words.replaceAll(" ", "-")}.1`) ?? assert.fail(words);
    assert.ok(page.includes(`\n${roff(words.replaceAll(" ", "-"))} \\- `), words);
    for (const { flags } of command.options) assert.ok(page.includes(roff(flags)), `${words} ${flags}`);
  }
});

test("O02 man shows a page as it should be, and has nothing to complain of", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "fairway-man-"));
  await writeManPages(folder.path, edition);
  const names = await readdir(folder.path);
  assert.ok(names.length > 20);
  const { stderr } = await run("groff", ["-man", "-ww", "-z", "-K", "utf8", "-T", "utf8", ...names], {
    cwd: folder.path,
  });
  assert.equal(stderr, "");
  const env = { ...process.env, MANWIDTH: "80", MAN_KEEP_FORMATTING: "", LC_ALL: "C.UTF-8" };
  const shown = await run("man", ["-l", join(folder.path, "fairway-host-rm.1")], { env });
  assert.match(shown.stdout, /^NAME\n +fairway-host-rm - remove a host from the cluster$/m);
  assert.match(shown.stdout, /^ +fairway host rm \[options\] <host>$/m);
  assert.match(shown.stdout, /^ +--dead +The +host +is +gone +for +good/m);
  assert.match(shown.stdout, /^EXAMPLES\n +fairway host rm node-3$/m);
});

test("O02 a page of a command that is gone goes, and the same sources give the same pages", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "fairway-man-"));
  await writeFile(join(folder.path, "fairway-old.1"), "");
  await writeManPages(folder.path, edition);
  assert.ok(!(await readdir(folder.path)).includes("fairway-old.1"));
  assert.deepEqual(manPages(edition), manPages(edition));
});

test("no word of a command is a request or an escape to roff", () => {
  assert.equal(roff(".TH 'a' \\n – `b`"), "\\&.TH \\(aqa\\(aq \\en \\[u2013] \\(gab\\(ga");
});

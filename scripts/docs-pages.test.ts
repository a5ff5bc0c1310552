import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { blocksOf, isTyped, stepsOf } from "../test/e2e/docs/page.ts";
import { isFailure, learn, shapeOf, withoutProgress } from "../test/e2e/docs/shape.ts";

const checkout = resolve(import.meta.dirname, "..");
const pages = globSync(["README.md", "docs/*.md"], { cwd: checkout }).sort();
const read = (path: string) => readFileSync(resolve(checkout, path), "utf8");

test("O02 every command block of a page is typed by an end-to-end test, or says why it is not", (t) => {
  const tests = globSync("test/e2e/docs-*.test.ts", { cwd: checkout }).map(read).join("\n");
  for (const page of pages) {
    const blocks = blocksOf(read(page)).filter(isTyped);
    const typed = blocks.filter(({ notRun }) => notRun === undefined);
    for (const { line, notRun } of blocks)
      if (notRun !== undefined) t.diagnostic(`${page}:${line}: not run: ${notRun}`);
    if (typed.length > 0)
      assert.ok(tests.includes(`types("${page}"`), `no test types ${page}:${typed[0]?.line}`);
    for (const block of blocks) {
      const where = `${page}:${block.line}`;
      assert.notEqual(block.language, "", `${where} is typed: let its fence say console`);
      assert.ok(stepsOf(block).length > 0, `${where} has no prompt: "h1# ", "# " or "$ "`);
    }
  }
});

test("O02 what a page shows fits itself", () => {
  for (const page of pages)
    for (const block of blocksOf(read(page)).filter(isTyped))
      for (const { output, line } of stepsOf(block)) assert.match(output, shapeOf(output), `${page}:${line}`);
});

test("a page's blocks are found with their headings and marks, also in lists; commands go on behind a backslash and in quotes", () => {
  const [first, second, third] = blocksOf(
    "# A\n\n```console\nh1# x \\\n  y\nout\n\nh2# z\nh1# v 'a\n b'\nc\n```\n\n<!-- not run: no reason -->\n```console\n# w\n```\n## B\n- c\n  ```\n  # d\n  ```\n",
  );
  assert.deepEqual(first && stepsOf(first), [
    { host: "h1", command: "x \\\n  y", output: "out", line: 4 },
    { host: "h2", command: "z", output: "", line: 8 },
    { host: "h1", command: "v 'a\n b'", output: "c", line: 9 },
  ]);
  assert.deepEqual([second?.notRun, second?.heading], ["no reason", "A"]);
  assert.deepEqual([third?.text, third?.heading, third?.notRun], ["# d", "B", undefined]);
  assert.ok(third && isTyped(third));
});

test("ids, times, addresses and versions may differ; words, columns and numbers may not", () => {
  const shown =
    "NAME  ID            ENDPOINTS  SEEN\nblue  6a19b54e-a80  1          3 s ago by 10.1.0.2, fairway=0.1.0, 2026-11-27T17:22:55.1Z";
  const fits = (text: string) => shapeOf(shown).test(text);
  const other =
    "NAME ID ENDPOINTS SEEN\nblue 00000000-000 1 12 s ago by 10.9.9.9, fairway=2.0.1~3, 2027-01-01T00:00:00Z";
  assert.ok(fits(shown));
  assert.ok(fits(other));
  assert.ok(!fits(other.replace(" 1 ", " 2 ")));
  assert.ok(!fits(other.replace("blue", "red")));
  assert.ok(!fits(other.replace("SEEN", "SEEN MORE")));
  assert.ok(!fits(`${other}\nmore`));
  assert.match("a\nb\nc\nd", shapeOf("a\n…\nd"));
  assert.match("a 1 b", shapeOf("a … b"));
  assert.match("a\nb", shapeOf("a\n…"));
});

test("later commands of a page name what an earlier one printed in the place of the page's id", () => {
  const id = "82e0e600-7505-4011-9bc8-6437e5146dd7";
  const here = "00000000-1111-2222-3333-444444444444";
  assert.deepEqual([...learn(`${id} at 10.1.0.2`, `${here} at 10.1.0.3`)], [[id, here]]);
  assert.deepEqual([...learn(id, "nothing like it")], []);
});

test("what a page shows as an error must fail", () => {
  assert.ok(isFailure("fairway: only the center may do this"));
  assert.ok(isFailure("docker: Error response from daemon: no"));
  assert.ok(isFailure("ok    a\nfail  b\n1 failure in 2 checks."));
  assert.ok(isFailure("1  sender  web\n\nDropped: host h1 drops it."));
  assert.ok(!isFailure("h2 is out of the cluster."));
});

test("how long a command took, and that it went on, is no part of what a page shows", () => {
  const printed =
    "fairway: waiting for the center …\nfairway: waiting for the center: done in 3.0 s\nh1 is the center";
  assert.equal(withoutProgress("h1 is the center", printed), "h1 is the center");
  assert.equal(withoutProgress("fairway: stopping Fairway: done in 1.0 s\n…", printed), printed);
});

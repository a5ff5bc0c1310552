import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { runSuite } from "./test-process.ts";

/** What comes of a file of tests with these lines. */
async function outcomeOf(...lines: readonly string[]) {
  return await outcomeWithin(20_000, ...lines);
}

async function outcomeWithin(timeoutMs: number, ...lines: readonly string[]) {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-run-tests-"));
  const file = join(directory.path, "x.test.ts");
  await writeFile(file, ['import { it } from "node:test";', ...lines].join("\n"));
  // This very test runs under node:test, which its children must not know.
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return await runSuite(
    { name: file, files: [file], isInTree: false },
    { variant: "debian12", titles: /./, timeoutMs, env, signal: new AbortController().signal },
  );
}

test("a suite's tests are counted, and what they print is kept", async () => {
  const { passed, failed, skipped, output } = await outcomeOf(
    'it("works", () => console.log("hello from it"));',
    'it("fails", () => { throw new Error("as it should"); });',
    'it("waits", { skip: true }, () => {});',
  );
  assert.deepEqual({ passed, failed, skipped }, { passed: 1, failed: 1, skipped: 1 });
  assert.match(output, /hello from it/);
  assert.match(output, /as it should/);
});

test("of a file nothing is counted where no title matches", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-run-tests-"));
  const files = ["a.test.ts", "b.test.ts"].map((name) => join(directory.path, name));
  for (const [index, file] of files.entries())
    await writeFile(file, `import { it } from "node:test"; it("X0${index} works", () => {});`);
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const argv = [
    "--test",
    "--test-name-pattern=^X01 ",
    "--test-reporter=./scripts/promise-reporter.ts",
    ...files,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env });
  assert.match(stdout, /^{"counts":{"passed":1,"failed":0,"skipped":0}}$/m);
});

test("a suite that ends before its tests do has failed", async () => {
  assert.equal((await outcomeOf('it("works", () => {});', "process.exit(3);")).failed, 1);
  assert.equal((await outcomeOf("this is no program")).failed, 1);
});

test("a hook of a file that fails is a failure, in a describe or not", async () => {
  const importing = 'import { after, describe } from "node:test";';
  const hook = 'after(() => { throw new Error("left something behind"); });';
  const works = 'it("works", () => {});';
  assert.equal((await outcomeOf(importing, hook, works)).failed, 1);
  assert.ok((await outcomeOf(importing, `describe("all", () => { ${hook} ${works} });`)).failed > 0);
});

test("a test that never waits is ended behind its time", async () => {
  const { failed } = await outcomeWithin(1_000, 'it("never waits", () => { for (;;); });');
  assert.ok(failed > 0);
});

test("a process that a test left behind with its output keeps nobody waiting", async () => {
  const { passed, output } = await outcomeOf(
    'import { spawn } from "node:child_process";',
    'const leave = () => spawn("sleep", ["30"], { detached: true, stdio: "inherit" });',
    'it("leaves a child", () => { const child = leave(); child.unref(); console.log(`left ${child.pid}.`); });',
  );
  const pid = Number(/left (\d+)\./.exec(output)?.[1]);
  // It has outlived whoever waited for its output, and is not to outlive this test.
  assert.ok(process.kill(pid, "SIGKILL"), output);
  assert.equal(passed, 1);
});

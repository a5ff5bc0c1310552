import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { command, run } from "../../src/host/program.ts";
import { until } from "../agent/chassis.ts";

test("a program that does not end in time is a timeout, and is ended although it ignores SIGTERM", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-command-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const file = join(directory, "pid");
  const script = `trap '' TERM; echo $$ >${file}; exec sleep 1000`;
  await assert.rejects(run("sh", ["-c", script], { boundMs: 500 }), {
    code: "timeout",
    message: /^sh -c trap .* did not end within 0\.5 s$/,
  });
  const pid = Number(await readFile(file, "utf8"));
  await until("its end", () => assert.throws(() => process.kill(pid, 0), { code: "ESRCH" }));
});

test("what a program prints and how it ends is told; one that is not there is unsupported", async () => {
  assert.deepEqual(await run("sh", ["-c", "cat; echo bad >&2; exit 3"], { input: "good" }), {
    code: 3,
    stdout: "good",
    stderr: "bad\n",
  });
  await assert.rejects(run("no-such-program", []), { code: "unsupported" });
});

test("one that must not fail says what it said; its files are root's alone where that is asked for", async () => {
  assert.equal(await command("sh", ["-c", "echo ' good '"]), "good");
  await assert.rejects(command("sh", ["-c", "echo no >&2; exit 4"]), {
    code: "unavailable",
    message: "sh -c echo no >&2; exit 4 ended with 4: no",
  });
  for (const isPrivate of [false, true])
    await assert.rejects(command("no-such-program", [], { isPrivate }), {
      code: "unsupported",
      message: "no-such-program is not installed",
    });
  const directory = await mkdtemp(join(tmpdir(), "fairway-program-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const [output, made] = [join(directory, "output"), join(directory, "made")];
  assert.equal(await command("sh", ["-c", `echo kept; touch ${made}`], { output, isPrivate: true }), "");
  assert.equal(await readFile(output, "utf8"), "kept\n");
  for (const file of [output, made]) assert.equal((await stat(file)).mode & 0o777, 0o600);
});

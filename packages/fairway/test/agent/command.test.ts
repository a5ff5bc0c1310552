import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../src/agent/egress/command.ts";
import { until } from "./chassis.ts";

test("a program that does not end in time is a timeout, and is ended although it ignores SIGTERM", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-command-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const file = join(directory, "pid");
  const script = `trap '' TERM; echo $$ >${file}; exec sleep 1000`;
  await assert.rejects(run("sh", ["-c", script], "", 500), { code: "timeout" });
  const pid = Number(await readFile(file, "utf8"));
  await until("its end", () => assert.throws(() => process.kill(pid, 0), { code: "ESRCH" }));
});

test("what a program prints and how it ends is told; one that is not there is unsupported", async () => {
  assert.deepEqual(await run("sh", ["-c", "cat; echo bad >&2; exit 3"], "good"), {
    code: 3,
    stdout: "good",
    stderr: "bad\n",
  });
  await assert.rejects(run("no-such-program", []), { code: "unsupported" });
});

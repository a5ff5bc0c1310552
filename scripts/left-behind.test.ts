import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { leftBehind, lookAround, runMark } from "./left-behind.ts";

test("a process and a file that stay are named", async () => {
  await using temporary = await mkdtempDisposable(join(tmpdir(), "fairway-left-behind-"));
  const run = `test-${process.pid}`;
  const look = () => lookAround(run, temporary.path);
  const before = await look();
  const child = spawn("sleep", ["1000"], { env: { ...process.env, [runMark]: run } });
  try {
    await once(child, "spawn");
    await writeFile(join(temporary.path, "forgotten"), "");
    const left = await leftBehind(before, look, 0);
    for (const line of [`file ${temporary.path}/forgotten`, `process ${child.pid}: sleep 1000`])
      assert.ok(left.includes(line), `${line} is not in\n${left.join("\n")}`);
  } finally {
    child.kill();
  }
});

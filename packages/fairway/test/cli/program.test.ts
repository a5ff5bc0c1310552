import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serve } from "../api/serve.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../../bin/fairway.ts", import.meta.url));

test("the program runs as a process, prints and exits", async () => {
  await using served = await serve();
  const { stdout } = await run(process.execPath, [program, "network", "ls", "--socket", served.path]);
  assert.match(stdout, /^NAME .*\nblue /);
  await assert.rejects(run(process.execPath, [program, "status", "--socket", "/nowhere"]), { code: 1 });
});

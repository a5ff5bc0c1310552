import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { armedFailpoints } from "../src/failpoints.ts";

const never = new AbortController().signal;
const arm = (text: string) => armedFailpoints({ FAIRWAY_FAILPOINT: text });

test("X01 without the variable there are no failpoints", () => {
  assert.equal(armedFailpoints({}), undefined);
  assert.equal(arm(""), undefined);
});

test("X01 an armed step fails, the others do not", async () => {
  const failpoints = arm("link:error");
  await failpoints?.reached("port", never);
  await assert.rejects(async () => failpoints?.reached("link", never), {
    code: "unavailable",
    message: "the failpoint after link says error",
  });
});

test("X01 a step that hangs does so until the caller's patience ends", async () => {
  const reason = new Error("no more patience");
  await assert.rejects(async () => arm("answer:hang")?.reached("answer", AbortSignal.abort(reason)), {
    message: "the failpoint after answer says hang: no more patience",
  });
});

test("X01 a file arms one step once", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-failpoints-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, "failpoint");
  const failpoints = arm(file);
  await failpoints?.reached("port", never);
  await writeFile(file, "port:error\n");
  await failpoints?.reached("link", never);
  await assert.rejects(async () => failpoints?.reached("port", never), /the failpoint after port/);
  assert.equal(existsSync(file), false);
  await failpoints?.reached("port", never);
});

test("X01 what names no step or no action is refused", () => {
  for (const text of ["prot:kill", "port:killed", "port", "port:kill:twice"])
    assert.throws(
      () => arm(text),
      /it takes STEP:ACTION, STEP one of network, address, .*, ACTION one of kill/,
    );
});

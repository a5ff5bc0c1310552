import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silent } from "../src/logger.ts";
import { notifyReady } from "../src/readiness.ts";
import { until } from "./center.ts";

/** What a service manager gets that listens at this place, which socat calls so. */
async function received(place: string, address: string): Promise<string> {
  const manager = spawn("socat", ["-u", place, "STDOUT"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await until(() => readFileSync("/proc/net/unix", "utf8").includes(`${address}\n`));
    await notifyReady(address, silent);
    const [message] = (await once(manager.stdout, "data")) as [Buffer];
    return message.toString();
  } finally {
    manager.kill();
    await once(manager, "exit");
  }
}

test("a service manager is told of the start, at a path or a name of the abstract namespace", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-ready-"));
  const path = join(directory.path, "notify");
  assert.equal(await received(`UNIX-RECV:${path}`, path), "READY=1");
  const name = `fairway-ready-${process.pid}`;
  assert.equal(await received(`ABSTRACT-RECV:${name}`, `@${name}`), "READY=1");
});

test("without a service manager, or with one that has gone, the start goes on", async () => {
  await notifyReady(undefined, silent);
  const warnings: object[] = [];
  const logger = { ...silent, warn: (fields: object) => void warnings.push(fields) };
  await notifyReady("/nowhere/notify", logger);
  assert.deepEqual(warnings, [{ address: "/nowhere/notify", error: "ENOENT" }]);
});

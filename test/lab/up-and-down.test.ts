import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runCommand } from "../../lab/command.ts";
import { checkout, Lab } from "../../lab/lab.ts";
import { leftovers } from "../../lab/leftovers.ts";
import { listLabs, removeLab } from "../../lab/record.ts";

/** Names that nobody else on this machine has. */
const own = (name: string) => `${name}-${process.pid}`;

describe("make up", () => {
  it("starts hosts that have joined, and containers on two of them that talk", {
    timeout: 300_000,
  }, async () => {
    const name = own("up");
    const up = () =>
      runCommand([process.execPath, join(checkout, "lab/demo.ts")], {
        env: { ...process.env, NAME: name, HOSTS: "3", VARIANT: "debian12" },
        timeoutMs: 240_000,
      });
    try {
      const { stdout } = await up();
      // The first packet between two hosts may wait for the tunnel's neighbour in vain.
      assert.match(
        stdout,
        /^h3# docker exec db ping .*\n(.*\n)+3 packets transmitted, [23] packets received/m,
      );
      for (const host of ["h1", "h2", "h3"]) assert.match(stdout, new RegExp(`^${host} +up `, "m"));
      assert.match(stdout, /^web .* h1 +ok$/m);
      assert.match(stdout, /^db .* h3 +ok$/m);
      assert.match((await up()).stdout, /^It is up already: /);
    } finally {
      await (await Lab.open(name)).stop();
    }
    assert.deepEqual(await leftovers(name), []);
  });
});

describe("lab/down --all", () => {
  it("ends what this checkout keeps going: no other checkout's, and none of a test", {
    timeout: 120_000,
  }, async () => {
    await using other = await mkdtempDisposable(join(tmpdir(), "fairway-checkout-"));
    await cp(join(checkout, "lab"), join(other.path, "lab"), { recursive: true });
    const ours = await Lab.start({ name: own("ours"), hosts: 1, keep: true });
    const command = (words: string[], name: string) =>
      runCommand([process.execPath, join(other.path, "lab/cli.ts"), ...words], {
        env: { ...process.env, NAME: name, HOSTS: "1", VARIANT: "debian12" },
      });
    const script = `
      import { Lab } from "${other.path}/lab/lab.ts";
      await Lab.start({ name: "${own("tested")}", hosts: 1, keep: false });
      console.log("started");
      setInterval(() => {}, 1000);`;
    const tester = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await once(tester.stdout, "data");
      await command(["up"], own("theirs"));
      await assert.rejects(
        command(["up"], ours.name),
        new RegExp(`a lab "${ours.name}" of ${checkout} already`),
      );
      await command(["down", "--all"], own("theirs"));
      const left = (await listLabs()).filter((name) => name.endsWith(`-${process.pid}`));
      assert.deepEqual(left, [own("ours"), own("tested")]);
      assert.deepEqual(await leftovers(own("theirs")), []);
    } finally {
      tester.kill("SIGKILL");
      for (const name of ["ours", "theirs", "tested"]) await removeLab(own(name));
    }
    assert.deepEqual(await leftovers(own("ours")), []);
  });
});

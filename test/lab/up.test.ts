import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { runCommand } from "../../lab/command.ts";
import { checkout, Lab } from "../../lab/lab.ts";
import { leftovers } from "../../lab/leftovers.ts";

it("make up starts hosts that have joined, and containers on two of them that talk", {
  timeout: 300_000,
}, async () => {
  const name = `up-${process.pid}`;
  const up = () =>
    runCommand([process.execPath, join(checkout, "lab/demo.ts")], {
      env: { ...process.env, NAME: name, HOSTS: "3", VARIANT: "debian12" },
      timeoutMs: 240_000,
    });
  const { stdout } = await up();
  try {
    // The first packet between two hosts may wait for the tunnel's neighbour in vain.
    assert.match(stdout, /^h3# docker exec db ping .*\n(.*\n)+3 packets transmitted, [23] packets received/m);
    for (const host of ["h1", "h2", "h3"]) assert.match(stdout, new RegExp(`^${host} +up `, "m"));
    assert.match(stdout, /^web .* h1 +ok$/m);
    assert.match(stdout, /^db .* h3 +ok$/m);
    assert.match((await up()).stdout, /^It is up already: /);
  } finally {
    await (await Lab.open(name)).stop();
  }
  assert.deepEqual(await leftovers(name), []);
});

import { enterPrivateNetwork } from "../agent/private-network.ts";

enterPrivateNetwork();

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { until } from "../../../../lab/until.ts";
import { Admitted, Authority } from "./certificates.ts";
import { serve } from "./serve.ts";

const address = "192.0.2.9";
const port = 6640;
const ip = (...words: readonly string[]) => execFileSync("ip", words);

ip("link", "set", "lo", "up");

async function listenerAt(authority: Authority, address: string) {
  const files = await authority.issue("central", "/CN=central");
  return { kind: "tls" as const, address, port, admission: new Admitted(), ...files };
}

/** Whether somebody takes a connection. */
async function answers(): Promise<boolean> {
  const socket = connect({ host: address, port });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test("X10 an address that is not there yet is waited for, while the socket of this machine serves", async () => {
  await using authority = await Authority.create();
  await using served = await serve({}, { listeners: [await listenerAt(authority, address)] });
  assert.equal(served.targets[1], `https://${address}:${port}`);
  assert.equal((await served.client.status()).version, "0.1.0");
  const warnings = () => served.log.filter(({ level }) => level === "warn");
  await until(
    "a few tries",
    () => served.log.filter(({ message }) => message.includes("tried again")).length > 2,
  );
  assert.deepEqual(
    warnings().map(({ loop, reason }) => [loop, reason]),
    [
      [
        `listen on ${address}:${port}`,
        `cannot listen on ${address}:${port}: this machine has no such address, or not yet`,
      ],
    ],
  );
  ip("address", "add", `${address}/32`, "dev", "lo");
  await until("somebody to listen", answers);
  await served.stop();
  assert.equal(await answers(), false);
  ip("address", "del", `${address}/32`, "dev", "lo");
});

test("X10 an API that waits for its address stops at once", async () => {
  await using authority = await Authority.create();
  const served = await serve({}, { listeners: [await listenerAt(authority, address)] });
  const begun = performance.now();
  await served[Symbol.asyncDispose]();
  assert.ok(performance.now() - begun < 1000);
});

test("X10 a port that somebody has is no address to wait for: it is refused at once", async () => {
  await using authority = await Authority.create();
  const other = createServer().listen({ host: "127.0.0.1", port });
  await once(other, "listening");
  try {
    const options = { listeners: [await listenerAt(authority, "127.0.0.1")] };
    await assert.rejects(serve({}, options), {
      code: "conflict",
      message: /127\.0\.0\.1:6640: .*EADDRINUSE/,
    });
  } finally {
    other.close();
  }
});

import assert from "node:assert/strict";
import { mkdtempDisposable } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FairwayError } from "../../src/errors.ts";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at, fairway } from "./run-command.ts";

const { status: well } = samples;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const down = { name: "node-2", state: "down" as const, version: "0.1.0", endpoints: 2 };
const ill = {
  ...well,
  well: false,
  troubles: [
    { of: "host" as const, name: "node-2", what: "down; 2 endpoints are there" },
    { of: "network" as const, name: "blue\u001b[1m", what: "on node-1: no way out" },
  ],
  troubleCount: 3,
  hosts: [...well.hosts, { ...down, stateSince: ago(185_000) }],
};

test("O02 fairway status names what is not well first, then each host, and exits with 1", async () => {
  await using served = await serve({ status: { show: () => ill } });
  const { status, out, err } = await at(served, "status");
  assert.deepEqual([status, err], [1, ""]);
  assert.equal(
    out.split("\n\nversion")[0],
    `\
fail  host node-2: down; 2 endpoints are there
fail  network blue?[1m: on node-1: no way out
      … and 1 more

Not well: 3 failures.

HOST    STATE           VERSION  ENDPOINTS
node-2  down for 3 min  0.1.0    2
node-1  up              0.1.0    1`,
  );
});

test("O02 fairway status -o json prints the answer and exits with 1 all the same", async () => {
  await using served = await serve({ status: { show: () => ill } });
  const { status, out } = await at(served, "status -o json");
  assert.deepEqual([status, JSON.parse(out)], [1, ill]);
});

test("O02 who asks a center that does not lead hears so, and who led last", async () => {
  const leader = { name: "node-9", epoch: 7, self: false };
  await using served = await serve({ status: { show: () => ({ ...well, leader }) } });
  assert.match(
    (await at(served, "status")).out,
    /^leader: +not the center that answers; node-9 was last, epoch 7$/m,
  );
});

test("O02 fairway status --wait goes on until all is well, and says meanwhile what is not", async () => {
  const answers = [
    () => ill,
    () => {
      throw new FairwayError("unavailable", "the intent does not answer");
    },
  ];
  await using served = await serve({ status: { show: () => answers.shift()?.() ?? well } });
  const { status, out, err } = await at(served, "status --wait=20s");
  assert.equal(status, 0);
  assert.match(out, /^All is well\.\n/);
  assert.deepEqual(err.split("\n"), [
    "fairway: waiting: host node-2: down; 2 endpoints are there (and 2 more)",
    "fairway: waiting: the intent does not answer",
    "",
  ]);
});

test("O02 fairway status --wait ends when its time is over, with what is not well", async () => {
  await using served = await serve({ status: { show: () => ill } });
  const begun = performance.now();
  const { status, out } = await at(served, "status --wait 1s");
  assert.equal(status, 1);
  assert.match(out, /^Not well: 3 failures\.$/m);
  assert.ok(performance.now() - begun < 10_000);
});

test("O02 fairway status --wait does not wait for what time does not mend", async () => {
  const show = () => {
    throw new FairwayError("forbidden", "not for you");
  };
  await using served = await serve({ status: { show } });
  const outcome = await at(served, "status --wait");
  assert.deepEqual(outcome, { status: 1, out: "", err: "fairway: not for you\n" });
});

test("O02 a center that does not answer is waited for within a bound, and not in silence", async () => {
  await using mute = await muteServer();
  const begun = performance.now();
  const { status, err } = await fairway(["status", "-c", "/dev/null"], {
    environment: { FAIRWAY_API_TARGET: `unix:${mute.path}` },
  });
  assert.equal(status, 1);
  assert.deepEqual(err.split("\n"), [
    `fairway: waiting for the center at ${mute.path}`,
    `fairway: the center at ${mute.path} does not answer within 5 s`,
    "",
  ]);
  assert.ok(performance.now() - begun < 20_000);
});

/** Takes connections and says nothing. */
async function muteServer(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtempDisposable(join(tmpdir(), "fairway-mute-"));
  const path = join(folder.path, "api.sock");
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

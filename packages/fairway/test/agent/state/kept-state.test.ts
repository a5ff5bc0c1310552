import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { HostState, type HostStateParts } from "../../../src/agent/state/host-state.ts";
import { openKeptState } from "../../../src/agent/state/kept-state.ts";
import type { HostItem, HostStateMessage } from "../../../src/center/schemas/host-state.ts";
import { FairwayError } from "../../../src/errors.ts";
import { until } from "../../center.ts";
import { quiet, StubCenter } from "../stub-center.ts";

const blue: HostItem = {
  key: "network/1",
  kind: "network",
  network: "00000000-0000-4000-8000-000000000001",
  name: "blue",
  engineId: "1".repeat(64),
  engineName: "blue",
  handle: "made",
  removal: null,
};

async function directory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "fairway-kept-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** A center that nobody reaches, and what it was asked. */
class AwayCenter {
  readonly revisions: (string | undefined)[] = [];

  // oxlint-disable-next-line require-yield -- it never comes so far
  async *followHostState({
    revision,
  }: {
    revision?: string | undefined;
  }): AsyncGenerator<HostStateMessage, void> {
    this.revisions.push(revision);
    throw new FairwayError("unavailable", "nobody listens");
  }
}

function follow(api: HostStateParts["api"], path: string) {
  const kept = openKeptState(path, quiet);
  let changes = 0;
  const state = new HostState({
    api,
    hostName: "h1",
    logger: quiet,
    kept,
    onUnknownHost: async () => undefined,
  });
  state.onChange("count the changes", () => void changes++);
  const end = async () => {
    await state[Symbol.asyncDispose]();
    await kept[Symbol.asyncDispose]();
  };
  return { state, changes: () => changes, [Symbol.asyncDispose]: end };
}

test("X04 a host that starts without the center has its last state, and knows that it may be old", async () => {
  await using place = await directory();
  const file = join(place.path, "fairway", "host-state.json");
  const center = new StubCenter();
  center.set([blue]);
  {
    await using followed = follow(center, file);
    await until(() => followed.state.isFresh);
  }
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const away = new AwayCenter();
  await using alone = follow(away, file);
  await until(() => alone.changes() === 1 && away.revisions.length > 0);
  assert.deepEqual([...alone.state.items.values()], [blue]);
  assert.equal(alone.state.isFresh, false);
  assert.deepEqual(away.revisions, ["2"], "it goes on where it was");
});

test("a file that is damaged or another version's is as good as none", async () => {
  await using place = await directory();
  const file = join(place.path, "host-state.json");
  for (const content of [
    '{"format":1,"revision":"1","ite',
    '{"format":0,"revision":"1","items":[]}',
    "null",
    "",
  ]) {
    await writeFile(file, content);
    const away = new AwayCenter();
    await using alone = follow(away, file);
    await until(() => away.revisions.length > 0);
    assert.deepEqual([alone.state.items.size, away.revisions], [0, [undefined]], content);
  }
});

test("X04 what an older version kept serves under the names of today", async () => {
  await using place = await directory();
  const file = join(place.path, "host-state.json");
  const network = "00000000-0000-4000-8000-000000000002";
  const mac = "0a:00:00:00:00:02";
  const addresses = ["169.254.77.2/30"];
  const link = {
    mode: "nat",
    ifaceId: network,
    mac,
    router: { mac, addresses: ["169.254.77.1"] },
    mtu: 1400,
  };
  const common = { name: "blue", network, addresses, cidrs: ["10.1.0.0/24"] };
  const older = [
    { key: "leg/1", kind: "leg", ...common, ...link },
    { key: "reach/1", kind: "reach", ...common, ...link },
    { key: "afar/1", kind: "afar", network, engineId: "1".repeat(64), addresses, cidrs: common.cidrs },
  ];
  await writeFile(file, JSON.stringify({ format: 2, revision: "7", items: [...older, blue] }));
  const away = new AwayCenter();
  await using alone = follow(away, file);
  await until(() => alone.changes() === 1 && away.revisions.length > 0);
  assert.deepEqual(
    [...alone.state.items.keys()],
    ["uplink/1", "host-access/1", "dormant-network/1", "network/1"],
  );
});

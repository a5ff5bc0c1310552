import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostMirrorItem, HostNetworkItem } from "../../src/center/schemas/host-state.ts";
import { listedContainer } from "../../src/docker/engine-objects.ts";
import { mirrorOf } from "../../src/docker/mirror.ts";
import { OutdatedMirrors } from "../../src/docker/outdated-mirrors.ts";
import { FairwayError } from "../../src/errors.ts";
import { idOf, onlyFairway } from "./engine-lists.ts";
import { recordingLogger } from "./fixture.ts";
import { MirroringEngine } from "./mirroring-engine.ts";

const pair = onlyFairway.pairFor(undefined);
const network = "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a";
const { signal } = new AbortController();

const item: HostMirrorItem = {
  key: `mirror/${network}`,
  kind: "mirror",
  network,
  name: "blue",
  internal: false,
  attachable: false,
  labels: { team: "web" },
  options: { mtu: "1300" },
  ipamOptions: {},
  subnets: [{ cidr: "10.1.0.0/24", gateway: "10.1.0.1", range: null }],
};

/** An engine with the mirror of `item`, and the handle by which the center knows it. */
async function start(drivers = onlyFairway) {
  const engine = new MirroringEngine();
  const engineId = await engine.createNetwork(mirrorOf(item, pair));
  const mirrors = new OutdatedMirrors({ engine, drivers, logger: recordingLogger([]) });
  const renew = async (wanted: HostMirrorItem, handle: HostNetworkItem["handle"] = "mirrored") => {
    const handles = [...engine.networks.keys()].map(
      (engineId) => ({ network, handle, engineId }) as HostNetworkItem,
    );
    return mirrors.renew([wanted], handles, await engine.allNetworks(), signal);
  };
  const use = (NetworkID: string) =>
    engine.containersThere.push(
      listedContainer.parse({
        Id: idOf("c"),
        Names: ["/web"],
        State: "exited",
        NetworkSettings: { Networks: { blue: { NetworkID, EndpointID: "" } } },
      }),
    );
  return { engine, engineId, mirrors, renew, use };
}

const changes: Readonly<Record<string, Partial<HostMirrorItem>>> = {
  "its labels": { labels: {} },
  "its options": { options: { mtu: "1400" } },
  "its gateway": { subnets: [{ cidr: "10.1.0.0/24", gateway: "10.1.0.9", range: null }] },
  "its range": { subnets: [{ cidr: "10.1.0.0/24", gateway: "10.1.0.1", range: "10.1.0.0/25" }] },
  "one subnet more": { subnets: [...item.subnets, { cidr: "fd00::/64", gateway: null, range: null }] },
  "another subnet": { subnets: [{ cidr: "10.2.0.0/24", gateway: null, range: null }] },
};

for (const [what, change] of Object.entries(changes))
  test(`D19 a mirror without containers is made anew where the network changed: ${what}`, async () => {
    const { engine, engineId, mirrors, renew } = await start();
    const changed = { ...item, ...change };
    assert.deepEqual(await renew(changed), []);
    assert.deepEqual(engine.removed, [engineId]);
    assert.deepEqual(engine.made.at(-1), mirrorOf(changed, pair));
    assert.ok(mirrors.isRenewing(network), "nobody else removed it");
    assert.deepEqual(await renew(changed), []);
    assert.equal(engine.made.length, 2, "once");
    assert.equal(mirrors.isRenewing(network), false);
  });

test("D19 a mirror that is as it is to be stays, also where the engine chose the gateway", async () => {
  const { engine, renew } = await start();
  await renew(item);
  await renew({ ...item, subnets: [{ cidr: "10.1.0.0/24", gateway: null, range: null }] });
  assert.deepEqual(engine.removed, []);
});

test("D19 what a person made or joined is never made anew", async () => {
  const { engine, renew } = await start();
  for (const handle of ["made", "joined"] as const) await renew({ ...item, labels: {} }, handle);
  assert.deepEqual(engine.removed, []);
});

test("D19 a mirror that a stopped container needs stays as it was, and is told, until the container is gone", async () => {
  const { engine, engineId, mirrors, renew, use } = await start();
  use(engineId);
  const changed = { ...item, labels: {} };
  assert.deepEqual(await renew(changed), [engineId]);
  assert.deepEqual([engine.removed, mirrors.size], [[], 1]);
  engine.containersThere.length = 0;
  assert.deepEqual(await renew(changed), []);
  assert.deepEqual([engine.removed, mirrors.size], [[engineId], 0]);
});

test("D19 an engine that shows a network otherwise than it was asked is not asked again and again", async () => {
  const { engine, renew } = await start();
  const stubborn = engine.createNetwork.bind(engine);
  engine.createNetwork = (wanted) => stubborn({ ...wanted, Labels: { team: "web" } });
  for (let round = 0; round < 3; round++) await renew({ ...item, labels: {} });
  assert.equal(engine.removed.length, 1);
});

test("D19 an engine that refuses costs nobody else's mirror", async () => {
  const { engine, engineId, renew } = await start();
  engine.stuck.add(engineId);
  assert.deepEqual(await renew({ ...item, labels: {} }), [engineId]);
  engine.stuck.clear();
  engine.refusal = new FairwayError("internal", "no more networks");
  assert.deepEqual(await renew({ ...item, labels: {} }), [engineId]);
  assert.deepEqual(engine.removed, [engineId], "it is missing now, and made like every mirror that is");
});

test("B01 a mirror is made anew under its original's driver, once this host has that name", async () => {
  const names = { ...onlyFairway, pairFor: () => ({ network: "vlcp", ipam: "vlcp" }) };
  const { engine, engineId, renew } = await start(names);
  const original = { ...item, driver: "vlcp" };
  assert.deepEqual(await renew(original), []);
  assert.deepEqual(engine.removed, [engineId]);
  assert.equal(engine.made.at(-1)?.Driver, "vlcp");
  await renew(original);
  assert.equal(engine.made.length, 2, "once");
});

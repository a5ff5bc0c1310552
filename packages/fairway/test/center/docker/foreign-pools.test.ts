import assert from "node:assert/strict";
import { test } from "node:test";
import { Expiry } from "../../../src/center/expiry.ts";
import { poolNamed } from "../../../src/intent/docker-pools.ts";
import { silent } from "../../../src/logger.ts";
import { engineId, RESERVATION_MS, root, TestCenter } from "../../center.ts";

const cidr = "10.1.0.0/24";

async function start(): Promise<TestCenter> {
  const center = await TestCenter.start();
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  return center;
}

async function pool(center: TestCenter, space: string): Promise<string> {
  return (await center.service.pools.request("h1", { space, family: 4, cidr }, root)).pool;
}

/** @param networks the addresses of each; "unknown" where the engine cannot show them. */
async function tell(
  center: TestCenter,
  networks: Record<string, readonly string[] | "unknown">,
): Promise<void> {
  const told = Object.entries(networks).map(([id, addresses]) => ({
    engineId: id,
    subnets: [cidr],
    ...(addresses !== "unknown" && { addresses: [...addresses] }),
  }));
  await center.service.foreignPools.report("h1", { networks: told }, root);
}

const has = (center: TestCenter, uuid: string) => center.store.view.get("Subnet", uuid) !== undefined;

async function wait(center: TestCenter): Promise<void> {
  center.now += RESERVATION_MS;
  await new Expiry(center.store, silent).expire(center.now);
}

test("I06 a pool that no network bound is free again once its engine has said that none uses it", async () => {
  await using center = await start();
  const abandoned = await pool(center, "x");
  await tell(center, {});
  assert.ok(has(center, abandoned), "its time is not over");
  await wait(center);
  assert.ok(has(center, abandoned), "the engine may use it for another driver's network");
  await tell(center, {});
  assert.ok(!has(center, abandoned));
});

test("D16 a pool that another driver's network uses outlives every sweep, and goes with its network", async () => {
  await using center = await start();
  const bridge = engineId();
  const used = await pool(center, "x");
  await center.service.poolAddresses.request("h1", used, { purpose: "gateway" }, root);
  await tell(center, { [bridge]: [] });
  for (const _ of [1, 2, 3]) {
    await wait(center);
    await tell(center, { [bridge]: [] });
  }
  assert.ok(has(center, used));
  await tell(center, {});
  assert.ok(has(center, used), "missing once");
  await tell(center, { [bridge]: [] });
  await wait(center);
  await tell(center, {});
  assert.ok(has(center, used), "missing once again");
  await wait(center);
  await tell(center, {});
  assert.ok(!has(center, used), "missing twice, long enough apart");
});

test("D16 addresses of another driver's containers stay theirs while the engine lists them", async () => {
  await using center = await start();
  const bridge = engineId();
  const used = await pool(center, "x");
  await tell(center, { [bridge]: [] });
  const ask = async (ip?: string) =>
    (
      await center.service.poolAddresses.request("h1", used, ip === undefined ? {} : { ip }, root)
    ).address.split("/")[0] ?? "";
  const [one, two] = [await ask(), await ask("10.1.0.77")];
  await assert.rejects(ask("10.1.0.77"), /10\.1\.0\.77 is already in use/);
  for (const _ of [1, 2, 3]) {
    await wait(center);
    await tell(center, { [bridge]: [one, two] });
  }
  await assert.rejects(ask(one), /already in use/);
  await tell(center, { [bridge]: [two] });
  await assert.rejects(ask(one), /already in use/, "missing once");
  await wait(center);
  await tell(center, { [bridge]: [two] });
  assert.equal(await ask(one), one, "its release was lost");
  await assert.rejects(ask(two), /already in use/);
});

test("D16 addresses of a network that the engine cannot show stay theirs, and others' go on being followed", async () => {
  await using center = await start();
  const [hidden, shown] = [engineId(), engineId()];
  const used = await pool(center, "x");
  await tell(center, { [hidden]: [] });
  const { address } = await center.service.poolAddresses.request("h1", used, {}, root);
  const abandoned = await pool(center, "y");
  for (const _ of [1, 2, 3]) {
    await wait(center);
    await tell(center, { [hidden]: "unknown" });
  }
  const ip = address.split("/")[0] ?? "";
  await assert.rejects(center.service.poolAddresses.request("h1", used, { ip }, root), /already in use/);
  assert.ok(!has(center, abandoned), "of the others nothing is unknown");
  await tell(center, { [shown]: [] });
  await wait(center);
  await tell(center, { [shown]: [] });
  assert.ok(!has(center, used), "it is not listed any more");
});

test("D16 a network in the making is not taken for another driver's of the same subnet", async () => {
  await using center = await start();
  const bridge = engineId();
  const [bridges, ours] = [await pool(center, "x"), await pool(center, "y")];
  await tell(center, { [bridge]: [] });
  await center.service.dockerNetworks.create("h1", engineId(), { subnets: [{ space: "y", cidr }] }, root);
  await wait(center);
  await tell(center, { [bridge]: [] });
  await wait(center);
  await tell(center, { [bridge]: [] });
  assert.ok(has(center, bridges));
  assert.equal(poolNamed(center.store.view, bridges)?.foreign_network, bridge);
  assert.equal(poolNamed(center.store.view, ours)?.foreign_network, null);
});

test("D16 where several abandoned pools could be the network's, none is freed under it; its own release frees it", async () => {
  await using center = await start();
  const bridge = engineId();
  const pools = [await pool(center, "x"), await pool(center, "y")];
  await wait(center);
  for (const _ of [1, 2]) {
    await wait(center);
    await tell(center, { [bridge]: [] });
  }
  assert.deepEqual(
    pools.map((uuid) => has(center, uuid)),
    [true, true],
  );
  for (const uuid of pools) await center.service.pools.release("h1", uuid, root);
  assert.deepEqual(
    pools.map((uuid) => has(center, uuid)),
    [false, false],
  );
});

test("D16 on Docker 20.10 another driver's pool does not keep the next network of its CIDR waiting", async () => {
  await using center = await start();
  const bridges = await pool(center, "cached");
  const next = pool(center, "cached");
  await tell(center, { [engineId()]: [] });
  assert.notEqual(await next, bridges);
});

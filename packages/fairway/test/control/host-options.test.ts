import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostItem } from "../../src/center/schemas/host-state.ts";
import { root, TestCenter } from "../center.ts";

/** What a host is told of one kind. */
async function itemsOf<K extends HostItem["kind"]>(center: TestCenter, host: string, kind: K) {
  const end = new AbortController();
  for await (const message of center.hostStates.follow(host, undefined, end.signal)) {
    end.abort();
    if (message.type !== "snapshot") break;
    return message.items.filter((item): item is Extract<HostItem, { kind: K }> => item.kind === kind);
  }
  return [];
}

async function start(more: Readonly<Record<string, string>>, name = "blue") {
  const center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24", { more });
  await center.service.dockerNetworks.describe("h1", blue.id, { name }, root);
  const there = await center.join("h2", blue);
  await center.endpoint("h1", blue);
  return { center, blue, there };
}

test("N09 with host-access=false no host is told to reach the network, wherever its containers are; they have their way out", async () => {
  const { center, blue, there } = await start({ "host-access": "False" });
  await using _ = center;
  const uplinks = async () =>
    (await itemsOf(center, "h1", "uplink")).map(({ closedToHost, cidrs }) => ({ closedToHost, cidrs }));
  const shown = () => center.service.networks.show("blue", root);
  assert.deepEqual(await uplinks(), [{ closedToHost: true, cidrs: ["10.1.0.0/24"] }]);
  assert.deepEqual([shown().hostAccess, shown().options], [null, { "host-access": "false" }]);
  await center.service.dockerNetworks.requestHostAccess("h2", there.id, root);
  assert.deepEqual(await itemsOf(center, "h2", "dormant-network"), []);
  assert.deepEqual(await itemsOf(center, "h2", "host-access"), []);
  await center.endpoint("h2", there);
  for (const host of ["h1", "h2"]) assert.deepEqual(await itemsOf(center, host, "host-access"), []);
  // It takes nothing from a network of the same addresses that hosts are to reach.
  const red = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", red.id, { name: "red" }, root);
  const { hostAccess } = center.service.networks.show("red", root);
  assert.deepEqual(hostAccess, { cidrs: ["10.1.0.0/24"], overlaps: [] });
  await center.service.dockerNetworks.delete("h1", blue.id, root);
});

test("N09 M05 a network that says nothing, or the usual, is reached by hosts, and its names are answered", async () => {
  for (const more of [{}, { "host-access": "true", dns: "on" }]) {
    const { center, there } = await start(more);
    await using _ = center;
    const [uplink] = await itemsOf(center, "h1", "uplink");
    assert.deepEqual([uplink?.closedToHost, uplink?.namesFlowPast], [undefined, undefined]);
    assert.equal((await itemsOf(center, "h2", "dormant-network")).length, 1);
    await center.endpoint("h2", there);
    assert.equal((await itemsOf(center, "h1", "host-access")).length, 1);
  }
});

test("M05 with dns=off questions for names flow past the hosts; all else is as usual", async () => {
  for (const off of ["off", "false", "No"]) {
    const { center } = await start({ dns: off });
    await using _ = center;
    const [uplink] = await itemsOf(center, "h1", "uplink");
    assert.deepEqual([uplink?.namesFlowPast, uplink?.closedToHost], [true, undefined]);
    assert.deepEqual(center.service.networks.show("blue", root).options, { dns: "off" });
  }
});

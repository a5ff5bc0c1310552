import assert from "node:assert/strict";
import { test } from "node:test";
import { fullNameOf } from "../../../src/center/networks/display-name.ts";
import { root, TestCenter } from "../../center.ts";
import { refused } from "./asked.ts";
import { make } from "./made-with-options.ts";

test("R08 -o name= is shown, finds the network, and changes while it is there", async () => {
  await using center = await TestCenter.start();
  const { service, store } = center;
  const { network } = await make(center, { name: "`Office LAN`" });
  assert.equal(network.displayName, "Office LAN");
  assert.equal(service.networks.show("Office LAN", root).uuid, network.uuid);
  const changed = await service.networks.update(network.uuid, { displayName: "Second floor" }, {}, root);
  assert.equal(changed.displayName, "Second floor");
  assert.equal(changed.name, network.name, "its name stays");
  await assert.rejects(
    async () => service.networks.show("Office LAN", root),
    refused("not_found", /no network/),
  );
  const row = store.view.get("Network", network.uuid);
  assert.ok(row);
  assert.equal(fullNameOf(row), `${network.name} (Second floor)`);
  const without = await service.networks.update(network.uuid, { displayName: null }, {}, root);
  assert.equal(without.displayName, null);
});

test("R08 a name comes before what people call another network, and two that are called the same are told apart", async () => {
  await using center = await TestCenter.start();
  const { networks, status } = center.service;
  const subnets = (third: number) => [{ cidr: `10.${third}.0.0/24` }];
  const blue = await networks.create({ name: "blue", subnets: subnets(1) }, {}, root);
  const red = await networks.create({ name: "red", displayName: "blue", subnets: subnets(2) }, {}, root);
  assert.equal(networks.show("blue", root).uuid, blue.uuid);
  await networks.create({ name: "green", displayName: "twins", subnets: subnets(3) }, {}, root);
  await networks.update("blue", { displayName: "twins" }, {}, root);
  await assert.rejects(
    async () => networks.show("twins", root),
    refused("invalid", /2 networks match "twins"/),
  );
  await center.store.change((draft) =>
    draft.update("Network", red.uuid, { status: { northbound: "is ill" } }),
  );
  assert.deepEqual(
    status.show().troubles.filter(({ of }) => of === "network"),
    [{ of: "network", name: "red (blue)", what: "northbound: is ill" }],
  );
});

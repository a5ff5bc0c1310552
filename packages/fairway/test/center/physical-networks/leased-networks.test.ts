import assert from "node:assert/strict";
import { test } from "node:test";
import { physicalNetworkSpec } from "../../../src/center/schemas/physical-network-spec.ts";
import { root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";

test("I10 ipam=dhcp is for a physical network of type vlan or flat, whoever makes the network", async () => {
  await using center = await TestCenter.start();
  const { networks, physicalNetworks } = center.service;
  const make = (physicalnetwork: string) =>
    center.network("h1", "10.50.0.0/24", { more: { physicalnetwork, ipam: "dhcp" } });
  const wish = (physicalNetwork: string) => {
    const subnets = [{ cidr: "10.50.0.0/24" }];
    return networks.create(
      { name: `on-${physicalNetwork}`, physicalNetwork, ipam: "dhcp", subnets },
      {},
      root,
    );
  };
  for (const { type, ranges } of [
    { type: "vtep", ranges: ["7000-7009"] },
    { type: "overlay", ranges: ["7000-7009"] },
    { type: "local", ranges: [] },
  ]) {
    await physicalNetworks.create(type, physicalNetworkSpec.parse({ type, ranges }), {}, root);
    await assert.rejects(make(type), refused("invalid", /ipam=dhcp needs .* of type vlan or flat/), type);
    if (type === "local") continue;
    await assert.rejects(wish(type), refused("invalid", /ipam=dhcp needs .* of type vlan or flat/), type);
  }
  assert.deepEqual(networks.list({}, root), []);
  await physicalNetworks.create(
    "wires",
    physicalNetworkSpec.parse({ type: "vlan", ranges: ["5-9"] }),
    {},
    root,
  );
  await physicalNetworks.create("lan", physicalNetworkSpec.parse({ type: "flat" }), {}, root);
  await make("lan");
  await make("wires");
  await wish("wires");
  assert.equal(networks.list({}, root).length, 3);
});

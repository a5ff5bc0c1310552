import assert from "node:assert/strict";
import { test } from "node:test";
import { physicalNetworkSpec } from "../../../src/center/schemas/physical-network-spec.ts";
import { FairwayError } from "../../../src/errors.ts";
import { root, TestCenter } from "../../center.ts";

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

/** A local physical network `here`, and a network blue of h1 on it, beside a host h2. */
async function startWithBlue() {
  const center = await TestCenter.start();
  const spec = physicalNetworkSpec.parse({ type: "local" });
  await center.service.physicalNetworks.create("here", spec, {}, root);
  const more = { physicalnetwork: "here" };
  const blue = await center.network("h1", "10.1.0.0/24", { more });
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  return { center, blue, more };
}

test("P05 a network on a local physical network is its host's alone: no engine gets it, and none joins it", async () => {
  const { center, blue, more } = await startWithBlue();
  await using _center = center;
  const { networks } = center.service;
  assert.deepEqual([networks.show("blue", root).scope, networks.show("blue", root).mode], ["host", "nat"]);
  const end = new AbortController();
  for await (const message of center.hostStates.follow("h2", undefined, end.signal)) {
    assert.deepEqual(message.type === "snapshot" && message.items, [], "no mirror");
    end.abort();
  }
  await assert.rejects(
    center.join("h2", blue),
    refused("forbidden", /network blue@h1 is for host h1 alone: its physical network is local/),
  );
  const red = await center.network("h2", "10.1.0.0/24", { more: { ...more, mode: "isolated" } });
  assert.deepEqual(networks.show(red.uuid, root).mode, "isolated");
  const shown = center.service.physicalNetworks.show("here", root).networks;
  assert.deepEqual(
    shown.map(({ segment }) => segment),
    [null, null],
    "any number",
  );
});

test("P05 nothing takes a network of a local physical network off its host, or puts it on a wire", async () => {
  const { center, more } = await startWithBlue();
  await using _center = center;
  const { networks, physicalNetworks, physicalPorts, ports } = center.service;
  for (const [options, pattern] of [
    [{ scope: "cluster" }, /scope=cluster is not for a physical network of type local/],
    [{ mode: "flat" }, /mode=flat needs physicalnetwork=NAME, of type vlan, flat or vtep/],
    [{ vlanid: "7" }, /vlanid is not for physical network here, whose type is local/],
  ] as const)
    await assert.rejects(
      center.network("h1", "10.2.0.0/24", { more: { ...more, ...options } }),
      refused("invalid", pattern),
    );
  await assert.rejects(
    networks.create({ name: "green", physicalNetwork: "here" }, {}, root),
    refused("invalid", /belongs to one host: make it there, by docker network create/),
  );
  await assert.rejects(
    physicalPorts.add("here", { interface: "eth1", host: null, takeAddress: false, options: {} }, {}, root),
    refused("invalid", /here is of type local: .* no interface carries them/),
  );
  await assert.rejects(
    physicalNetworks.create("there", physicalNetworkSpec.parse({ type: "local", ranges: ["5-9"] }), {}, root),
    refused("invalid", /a local physical network .* has no ranges/),
  );
  const wish = { addresses: [], labels: {}, options: {}, network: "blue@h1" };
  for (const host of [{}, { host: "h2" }])
    await assert.rejects(
      ports.create({ ...wish, name: "vm1", ...host }, {}, root),
      refused("invalid", /network blue@h1 is on one host alone .* make the port with --host h1/),
    );
  const made = await ports.create({ ...wish, name: "vm1", host: "h1" }, {}, root);
  assert.deepEqual([made.host, made.pinned], ["h1", true]);
});

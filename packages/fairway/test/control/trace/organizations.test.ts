import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { physicalNetworkSpec } from "../../../src/center/schemas/physical-network-spec.ts";
import { makeOwned, type Owned, ofOrganization } from "../../api/owned.ts";
import { root, until } from "../../center.ts";
import { CenterWithNorthd } from "./northd.ts";

describe("packets of an organization's", () => {
  let ovn: CenterWithNorthd;
  let red: Owned;
  let blue: Owned;
  before(async () => {
    ovn = await CenterWithNorthd.start();
    const { center } = ovn;
    [red, blue] = [await makeOwned(center, "red", 5), await makeOwned(center, "blue", 6)];
    const tunnel = { systemId: blue.host, tunnelAddress: "192.0.2.16" };
    await center.service.hosts.register(blue.host, tunnel, root);
    const ports = [{ protocol: "tcp" as const, port: 80, hostAddress: null, hostPort: 8080 }];
    await center.service.dockerEndpoints.publish(blue.key, { ports }, root);
    const uuids = [red, blue].flatMap(({ endpoint, portId }) => [endpoint, portId]);
    await ovn.installed(...uuids);
    await until(() => uuids.every((uuid) => center.controller.isUp(uuid)));
  });
  after(() => ovn[Symbol.asyncDispose]());

  const trace = (to: string, more: { protocol: "tcp"; port: number } | { protocol: "icmp" }) =>
    ovn.center.service.traces.trace({ from: red.endpoint, to, ...more }, ofOrganization("red"));

  test("R05 a principal of it traces what its own containers send to its own", async () => {
    const { from, to, verdict } = await trace(red.port, { protocol: "icmp" });
    assert.deepEqual([from.network, to.network, verdict], [red.network, red.network, "delivered"]);
  });

  test("R05 to it an address of another's is one that nobody has, and a host's port leads to nobody", async () => {
    for (const [to, more] of [
      [blue.ip, { protocol: "icmp" }],
      ["192.0.2.16", { protocol: "tcp", port: 8080 }],
    ] as const) {
      const told = await trace(to, more);
      assert.deepEqual([told.to.kind, told.to.name, told.verdict], ["address", to, "leaves"]);
      assert.ok(!JSON.stringify(told).includes("blue"), JSON.stringify(told));
    }
  });

  test("R04 R05 by its domain's gateway a packet leaves as the router, on a network that is not its own", async () => {
    const { physicalNetworks, physicalPorts, networks, routers } = ovn.center.service;
    const spec = physicalNetworkSpec.parse({ type: "vlan", ranges: ["1000-1010"] });
    await physicalNetworks.create("office", spec, {}, root);
    const port = { interface: "eth1", host: red.host, takeAddress: false, options: {} };
    await physicalPorts.add("office", port, {}, root);
    const subnets = [{ cidr: "10.50.0.0/24", gateway: "10.50.0.1" }];
    await networks.create({ name: "lan", subnets, options: { physicalnetwork: "office" } }, {}, root);
    const gateway = { network: "lan", hosts: [red.host], addresses: [], snat: true };
    await routers.update(red.domain, { gateway }, {}, root);
    await ovn.settled();
    const { reason, steps } = await trace("203.0.113.9", { protocol: "icmp" });
    assert.match(reason, /^it leaves by .* of router red\/shop, as 10\.50\.0\.2$/);
    assert.match(steps.at(-1)?.does ?? "", /^carries it to 10\.50\.0\.1: /);
  });
});

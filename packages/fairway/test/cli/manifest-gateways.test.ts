import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { root } from "../center.ts";
import { ManifestRuns, startCluster } from "./manifest-runs.ts";

const lan = `kind: PhysicalNetwork
name: office
type: vlan
ranges: [1000-1030]
---
kind: PhysicalPort
physicalNetwork: office
interface: eth1
host: node-1
---
kind: Network
name: lan
options: {physicalnetwork: office}
subnets: [{cidr: 10.50.0.0/24, gateway: 10.50.0.1}]
---
`;
const routed = (gateway: string) => `${lan}kind: Router\nname: r1\n${gateway}`;
const led = routed("gateway: {network: lan, hosts: [node-1]}\n");

describe("a manifest's router with a gateway", () => {
  let on: ManifestRuns;
  before(async () => {
    on = await ManifestRuns.start();
  });
  after(() => on[Symbol.asyncDispose]());

  test("R04 A08 a file gives a router its gateway once, changes it, and takes it where it names none", async () => {
    await using api = await startCluster();
    const gateway = () => api.center.service.routers.show("r1", root).gateway;
    await on.printed(api, led);
    assert.deepEqual([gateway()?.network.name, gateway()?.snat], ["lan", true]);
    const own = gateway()?.addresses;
    assert.equal(await on.printed(api, led), "nothing to do: 4 documents say what is so already\n");
    const routedPlainly = routed("gateway: {network: lan, hosts: [node-1], snat: false}\n");
    assert.match(await on.printed(api, routedPlainly), /gateway: network lan/);
    assert.deepEqual([gateway()?.snat, gateway()?.addresses], [false, own], "the address stays");
    assert.match(await on.printed(api, routed("")), /gateway: cleared/);
    assert.equal(gateway(), null);
  });

  test("R04 R05 a file makes a domain after the network that it leaves by, and takes it before", async () => {
    await using api = await startCluster();
    const domain = led.replace("name: r1", "name: Enterprise/Domain");
    const levels = `${domain}---\nkind: Organization\nname: Enterprise\n`;
    await on.printed(api, levels);
    assert.match(await on.printed(api, await on.exported(api)), /^nothing to do/);
    const gone = await on.printed(api, "kind: Organization\nname: Enterprise\n", "--prune", "--yes");
    assert.deepEqual(gone.match(/^removed .+$/gm)?.slice(0, 2), [
      "removed router Enterprise/Domain",
      "removed network lan",
    ]);
  });

  test("R04 A08 an export with a gateway, applied on an empty cluster, makes the same", async () => {
    await using api = await startCluster();
    await on.printed(api, led);
    const text = await on.exported(api);
    await using other = await startCluster();
    await on.printed(other, text);
    assert.equal(await on.exported(other), text);
    assert.match(await on.printed(other, text), /^nothing to do/);
  });
});

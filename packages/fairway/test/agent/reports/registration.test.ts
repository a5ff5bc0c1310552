import assert from "node:assert/strict";
import { after, test } from "node:test";
import packageJson from "../../../package.json" with { type: "json" };
import { startChassis, until } from "../chassis.ts";
import { sh } from "../chassis-network.ts";
import { enterPrivateNetwork } from "../private-network.ts";
import { startAgentOn } from "../start-agent.ts";
import { StubCenter } from "../stub-center.ts";

enterPrivateNetwork();
const chassis = await startChassis();
const center = new StubCenter();
const agent = startAgentOn(chassis, center);
after(async () => {
  await agent[Symbol.asyncDispose]();
  await chassis[Symbol.asyncDispose]();
});

test("O02 the host is registered with what it is, and again when that changes", async () => {
  const first = await until("the registration", () => center.registered.at(-1) ?? assert.fail());
  assert.equal(first.systemId, "chassis");
  assert.equal(first.tunnelAddress, "127.0.0.1");
  assert.equal(first.versions?.["datapath"], "netdev");
  assert.equal(first.versions?.["fairway"], packageJson.version);
  await chassis.vsctl("set", "Open_vSwitch", ".", "ovs_version=9.9.9");
  await until("the change", () => assert.equal(center.registered.at(-1)?.versions?.["openvswitch"], "9.9.9"));
});

test("I01 the center is told what this host has beside Fairway, and again when its routes change", async () => {
  await sh(`ip link set lo up; ip link add wire type veth peer name far; ip link set wire up; ip link set far up
    ip address add 172.30.0.1/16 dev wire; ip address add 10.66.0.1/32 dev lo; ip route add default via 172.30.0.2`);
  const told = () => center.registered.at(-1)?.taken ?? [];
  const has = (cidr: string) => told().find((each) => each.cidr === cidr);
  await until("the surroundings", () => {
    assert.deepEqual(has("172.30.0.0/16"), { cidr: "172.30.0.0/16", kind: "route", device: "wire" });
    assert.deepEqual(has("10.66.0.1/32"), { cidr: "10.66.0.1/32", kind: "address" });
  });
  await sh("ip route add 10.50.0.0/16 via 172.30.0.7");
  await until("the route", () => assert.equal(has("10.50.0.0/16")?.device, "wire"));
  await sh("ip route del 10.50.0.0/16");
  await until("its end", () => assert.equal(has("10.50.0.0/16"), undefined));
  assert.deepEqual(
    told().filter(({ cidr }) => /^(127|169\.254|fe80|fdfa|0\.0\.0\.0)/.test(cidr)),
    [],
    "neither the default route, nor what is on every link, nor Fairway's own",
  );
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, test } from "node:test";
import { v7 } from "uuid";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { startChassis, until } from "../chassis.ts";
import { dormantNetworkItem, makeNetwork, sh } from "../chassis-network.ts";
import { enterPrivateNetwork } from "../private-network.ts";
import { startAgentOn } from "../start-agent.ts";
import { StubCenter } from "../stub-center.ts";

/** What a host itself leads to containers, and what it keeps for others. */

enterPrivateNetwork();
const chassis = await startChassis();
const center = new StubCenter();
// As an earlier Fairway leaves it where it does not end by itself, and what others have.
const others = "fw-afar-others";
for (const name of ["fw-afar", others]) await sh(`ip tuntap add ${name} mode tun`);
let agent = startAgentOn(chassis, center);
after(async () => {
  await agent[Symbol.asyncDispose]();
  await chassis[Symbol.asyncDispose]();
});
await sh(`ip link set lo up; ip address add 192.0.2.1/32 dev lo
  ip link add wire type veth peer name far; ip link set wire up; ip link set far up
  ip address add 172.30.0.1/16 dev wire; ip route add default via 172.30.0.2
  ip address add fd30::1/64 dev wire nodad; ip -6 route add default via fd30::2`);
const blue = await makeNetwork({ chassis, agent });

const device = async (address: string) => / dev (\S+)/.exec(await sh(`ip route get ${address}`))?.[1];
const leadsTo = (address: string, name: string) =>
  until(`${address} by ${name}`, async () => assert.equal(await device(address), name));
const told = (network: string, pattern: RegExp) =>
  until(`what is told of ${network}`, () =>
    assert.match(center.troubles?.networks.find((each) => each.network === network)?.reason ?? "", pattern),
  );
const nothingIsTold = () =>
  until("the end of all troubles", () => assert.deepEqual(center.troubles, { networks: [], endpoints: [] }));
const rules = () =>
  sh("for family in -4 -6; do ip $family rule | sort; done | grep -v fwmark | grep 'proto 250' || true");

/** Every network of other hosts at these subnets, beside blue. */
const dormant = (...cidrs: string[]): HostItem[] =>
  cidrs.map((cidr) => ({
    ...dormantNetworkItem(cidr.includes(":") ? "fdfa::1:2/116" : "169.254.80.2/20", cidr),
    network: v7(),
  }));

test("N09 the link to which an earlier Fairway led dormant networks goes, and nobody else's", async () => {
  await until("its end", async () => assert.doesNotMatch(await sh("ip -o link show type tun"), / fw-afar:/));
  assert.match(await sh("ip -o link show type tun"), new RegExp(` ${others}:`));
  await sh(`ip tuntap del ${others} mode tun`);
});

test("N09 a host's connected and static routes win, whatever their length; its default route does not", async () => {
  center.set([...blue.items, ...dormant("10.77.0.0/24", "fd77::/64")]);
  await leadsTo("10.77.0.5", "fw-sink");
  await leadsTo("fd77::5", "fw-sink");
  await leadsTo("10.1.0.10", blue.uplink);
  await leadsTo("198.51.100.1", "wire");
  for (const [wide, address] of [
    ["10.0.0.0/8", "10.77.0.5"],
    ["fd00::/8", "fd77::5"],
  ] as const) {
    await sh(`ip route add ${wide} dev wire`);
    // At once: nobody has to notice it.
    assert.equal(await device(address), "wire");
    await sh(`ip route del ${wide} dev wire`);
    assert.equal(await device(address), "fw-sink");
  }
});

test("X06 N09 the rules that lead there are made again, in both families, and go with the last network", async () => {
  center.set([...blue.items]);
  await until("the rules", async () => assert.equal((await rules()).split("\n").length, 6));
  const whole = await rules();
  await sh("ip rule del pref 32765; ip -6 rule del pref 32764");
  center.set([...blue.items]);
  await until("the same again", async () => assert.equal(await rules(), whole));
  center.change([]);
  await until("the end of all rules", async () => assert.equal(await rules(), ""));
  // One that comes is an occasion: the host's own routes are looked at every 10 s without one, and each wait here begins right after a look.
  for (const items of [blue.items, dormant("10.77.0.0/24", "fd77::/64"), [blue.hostAccess]]) {
    center.change(items);
    await until("the rules at once", async () => assert.equal(await rules(), whole), 8_000);
    center.change([]);
    await until("the end of all rules", async () => assert.equal(await rules(), ""), 8_000);
  }
  center.set(blue.items);
  await leadsTo("10.1.0.10", blue.uplink);
});

test("N09 subnets that are not private, or that overlap what is the host's, are led nowhere, and each network says why", async () => {
  await sh("ip address add 10.66.0.1/32 dev lo; ip route add 10.55.1.0/24 dev wire");
  await chassis.vsctl(
    "add-port",
    "br-int",
    "tunnel0",
    "--",
    "set",
    "Interface",
    "tunnel0",
    "type=geneve",
    "options:remote_ip=10.44.0.9",
  );
  const cases = [
    ["8.8.8.0/24", /8\.8\.8\.0\/24 is not private address space; hosts\.reach/],
    ["10.0.0.0/7", /10\.0\.0\.0\/7 is not private/],
    ["2001:db8::/64", /2001:db8::\/64 is not private/],
    ["10.66.0.0/16", /10\.66\.0\.0\/16 overlaps this host's address 10\.66\.0\.1/],
    ["10.55.0.0/16", /10\.55\.0\.0\/16 overlaps this host's route 10\.55\.1\.0\/24/],
    ["172.30.7.0/24", /172\.30\.7\.0\/24 overlaps this host's route 172\.30\.0\.0\/16/],
    ["10.44.0.0/24", /10\.44\.0\.0\/24 overlaps another host's tunnel address 10\.44\.0\.9/],
    ["fd30::/48", /fd30::\/48 overlaps this host's (route|address) fd30::/],
  ] as const;
  const items = dormant(...cases.map(([cidr]) => cidr));
  center.set([...blue.items, ...items]);
  for (const [at, [, pattern]] of cases.entries()) {
    const item = items[at];
    assert.ok(item?.kind === "dormant-network");
    await told(item.network, pattern);
  }
  assert.doesNotMatch(await sh("ip route show table 65535; ip -6 route show table 65535"), /fw-sink/);
  await leadsTo("8.8.8.8", "wire");
  await leadsTo("10.1.0.10", blue.uplink);
  // An uplink of containers has its way out all the same.
  const mine = blue.items.map((item) =>
    item.kind === "uplink" ? { ...item, cidrs: [...item.cidrs, "8.8.8.0/24"] } : item,
  );
  center.set(mine);
  await told(blue.network, /8\.8\.8\.0\/24 is not private/);
  await agent.uplinkReady(blue.network, AbortSignal.timeout(15_000));
  await blue.enter("ping -c 1 -W 3 192.0.2.1");
  await leadsTo("8.8.8.8", "wire");
  await sh("ip address del 10.66.0.1/32 dev lo; ip route del 10.55.1.0/24 dev wire");
  await chassis.vsctl("del-port", "br-int", "tunnel0");
  center.set([...blue.items, ...dormant("10.66.0.0/16", "10.55.0.0/16", "10.44.0.0/24")]);
  await leadsTo("10.66.0.1", "fw-sink");
  await leadsTo("10.55.1.1", "fw-sink");
  await leadsTo("10.44.0.9", "fw-sink");
  await nothingIsTold();
});

test("N09 what becomes the host's own is given back to it", async () => {
  center.set(blue.items);
  await leadsTo("10.1.0.10", blue.uplink);
  await sh("ip route add 10.1.0.8/29 dev wire");
  assert.equal(await device("10.1.0.10"), "wire");
  center.set([...blue.items, ...dormant("10.88.0.0/24")]);
  await told(blue.network, /10\.1\.0\.0\/24 overlaps this host's route 10\.1\.0\.8\/29/);
  await until("the end of its route", async () =>
    assert.doesNotMatch(await sh("ip route show table 65535"), /10\.1\.0\.0/),
  );
  await sh("ip route del 10.1.0.8/29 dev wire");
  center.set(blue.items);
  await leadsTo("10.1.0.10", blue.uplink);
  await nothingIsTold();
});

test("N09 a network whose uplink is closed to the host has no route, and its containers their way out", async () => {
  center.set(blue.items);
  await leadsTo("10.1.0.10", blue.uplink);
  const closed = blue.items.map((item) =>
    item.kind === "uplink" ? { ...item, closedToHost: true as const } : item,
  );
  center.change(closed);
  for (const [address, family] of [
    ["10.1.0.10", "-4"],
    ["fd01::10", "-6"],
  ] as const)
    await until(`the end of the way to ${address}`, async () => {
      assert.equal(await device(address), "wire");
      assert.equal(await sh(`ip ${family} route show table 65535`), "");
    });
  await until("the end of the rules", async () => assert.equal(await rules(), ""));
  await nothingIsTold();
  await blue.enter("ping -c 1 -W 3 192.0.2.1");
  center.change(blue.items);
  await leadsTo("10.1.0.10", blue.uplink);
  await leadsTo("fd01::10", blue.uplink);
});

test("N09 routes that an older Fairway made in the main table are removed", async () => {
  await sh("ip route add 8.8.8.0/24 dev wire proto 250 metric 63999");
  assert.equal(await device("8.8.8.8"), "wire");
  center.set([...blue.items, ...dormant("10.89.0.0/24")]);
  await until("the end of the route", async () => assert.doesNotMatch(await sh("ip route"), /proto 250/));
  assert.match(await sh("ip route"), /172\.30\.0\.0\/16 dev wire/);
});

test("N09 X04 a start of Fairway takes no way away for a moment", async () => {
  center.set(blue.items);
  await leadsTo("10.1.0.10", blue.uplink);
  const monitor = spawn("ip", ["monitor", "route"], { stdio: ["ignore", "pipe", "inherit"] });
  let heard = "";
  monitor.stdout.on("data", (bytes: Buffer) => (heard += bytes.toString()));
  try {
    const probe = "203.0.113.0/24 dev wire";
    await until("the monitor to hear", async () => {
      await sh(`ip route replace ${probe}`);
      assert.match(heard, /203\.0\.113\.0/);
    });
    await agent[Symbol.asyncDispose]();
    agent = startAgentOn(chassis, center);
    await agent.uplinkReady(blue.network, AbortSignal.timeout(15_000));
    // Of IPv4 the kernel tells no route that is replaced by its like.
    await until("its route to be made again", () => assert.match(heard, /^fd01::\/64 .*table 65535/m));
    assert.doesNotMatch(heard, /^Deleted (10\.1\.0\.0|fd01::)/m);
  } finally {
    monitor.kill("SIGKILL");
    await sh("ip route del 203.0.113.0/24 dev wire || true");
  }
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { v7 } from "uuid";
import { RulesetGeneration } from "../../../src/agent/firewall/ruleset-generation.ts";
import { uplinkName } from "../../../src/agent/ports/interface-names.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { startChassis, until } from "../chassis.ts";
import { makeNetwork, sh } from "../chassis-network.ts";
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
const aWhile = () => AbortSignal.timeout(15_000);
await sh("ip link set lo up; ip address add 192.0.2.1/32 dev lo");

const rules = () => sh("(ip rule; ip -6 rule) | sort");
const [blue, red] = [await makeNetwork({ chassis, agent }), await makeNetwork({ chassis, agent })];

test("N09 networks of the same subnet lead out of the host by uplinks of their own, in both families", async () => {
  center.set([...blue.items, ...red.items]);
  await Promise.all([blue, red].map(({ network }) => agent.uplinkReady(network, aWhile())));
  for (const { enter } of [blue, red]) {
    await enter("ping -c 1 -W 3 192.0.2.1");
    await enter("ping -c 1 -W 3 169.254.77.2");
    await enter("ping -c 1 -W 3 fdfa::2");
  }
  await sh("ping -c 1 -W 3 10.1.0.10");
  await sh("ping -c 1 -W 3 fd01::10");
});

test("N09 by a port of its own the host reaches a network's containers wherever they are, under that port's address", async () => {
  const server = blue.enter(
    'timeout 60 socat TCP6-LISTEN:81,ipv6only=0,fork,reuseaddr "SYSTEM:echo \\$SOCAT_PEERADDR"',
  );
  server.catch(() => undefined);
  center.set([...blue.items, ...red.items, blue.hostAccess]);
  const askers = () =>
    Promise.all(["10.1.0.10", "[fd01::10]"].map((to) => sh(`socat -T 3 - TCP:${to}:81 </dev/null`)));
  await until("the way by that port", async () =>
    assert.deepEqual(await askers(), [
      "[0000:0000:0000:0000:0000:ffff:a9fe:5002]",
      "[fdfa:0000:0000:0000:0000:0000:0001:0002]",
    ]),
  );
  await sh("ping -c 1 -W 3 -I 192.0.2.1 10.1.0.10");
  await sh("ping -c 1 -W 3 fd01::10");
  const routes = () => sh("ip route show table 65535 10.1.0.0/24; ip -6 route show table 65535 fd01::/64");
  const device = uplinkName(blue.hostAccess);
  assert.match(await routes(), new RegExp(`dev ${device} .*metric 63999`));
  const whole = await routes();
  await sh(`ip link delete ${device}`);
  await until("the same again", async () => assert.equal(await routes(), whole));
  await blue.enter("ping -c 1 -W 3 192.0.2.1");
  const { addresses, cidrs, router } = blue.hostAccess;
  const only6 = {
    addresses: addresses.slice(1),
    cidrs: cidrs.slice(1),
    router: { ...router, addresses: router.addresses.slice(1) },
  };
  center.set([...blue.items, ...red.items, { ...blue.hostAccess, ...only6 }]);
  await until("the end of its IPv4", async () => {
    assert.match(await routes(), new RegExp(`fd01::/64 .*${device}`));
    assert.doesNotMatch(await routes(), new RegExp(`10.1.0.0/24 .*${device}`));
  });
  center.set([...blue.items, ...red.items]);
  await until("the end of that port", async () => assert.doesNotMatch(await routes(), new RegExp(device)));
  await sh("ping -c 1 -W 3 10.1.0.10");
});

test("N09 networks of other hosts are asked for when somebody sends something to one, once", async () => {
  const far: HostItem = {
    key: `dormant-network/${v7()}`,
    kind: "dormant-network",
    network: v7(),
    engineId: "f".repeat(64),
    addresses: ["169.254.80.2/20", "fdfa::1:2/116"],
    cidrs: ["10.77.0.0/24", "fd77::/64"],
  };
  const other = {
    ...far,
    key: `dormant-network/${v7()}`,
    network: v7(),
    engineId: "e".repeat(64),
    cidrs: ["10.78.0.0/24"],
  };
  const routes = () =>
    sh("(ip route show table 65535; ip -6 route show table 65535) | grep 'fw-sink proto 250' | sort || true");
  center.set([...blue.items, ...red.items, far, other]);
  await until("the routes", async () => {
    assert.match(
      await routes(),
      /^10\.77\.0\.0\/24 .*src 169\.254\.80\.2 metric 65535 \n10\.78.*\nfd77::\/64/,
    );
  });
  assert.deepEqual(center.asked, []);
  await sh("ping -c 2 -i 0.2 -W 1 fd77::5 || true");
  await until("the question", async () => assert.deepEqual(center.asked, [far.engineId]));
  await sh("ping -c 1 -W 1 10.78.0.9 || true");
  await until("another question", async () => assert.deepEqual(center.asked, [far.engineId, other.engineId]));
  await blue.enter("ping -c 1 -W 3 192.0.2.1");
  center.set([...blue.items, ...red.items, other]);
  await until("the end of the first", async () => assert.match(await routes(), /^10\.78\.0\.0\/24 [^\n]*$/));
  center.set([...blue.items, ...red.items]);
  await until("the end of both", async () => assert.doesNotMatch(await sh("ip link"), /fw-sink/));
});

test("M05 names are asked for by the uplink: equal addresses, each network's own answer, over UDP and TCP", async () => {
  center.webs.set(blue.network, "10.1.0.77").set(red.network, "10.1.0.78");
  const ask = async ({ enter }: typeof blue, how: string) => {
    const program = fileURLToPath(new URL("../../../../../test/e2e/ask-name.ts", import.meta.url));
    return JSON.parse(await enter(`${process.execPath} ${program} 169.254.53.53 web ${how}`));
  };
  const answer = (...data: string[]) => ({ rcode: 0, data, edns: false });
  await until("the first answer", async () => assert.deepEqual(await ask(blue, "A"), answer("10.1.0.77")));
  for (const how of ["A", "A tcp"]) {
    const answers = await Promise.all([blue, red, red, blue].map((network) => ask(network, how)));
    assert.deepEqual(
      answers,
      [77, 78, 78, 77].map((last) => answer(`10.1.0.${last}`)),
      how,
    );
  }
  assert.deepEqual(await ask(red, "AAAA"), answer());
});

test("X01 an uplink's or a bridge's tap that a killed Open vSwitch left behind goes; one in its database and other people's stay", async () => {
  center.set([...blue.items, ...red.items]);
  await Promise.all([blue, red].map(({ network }) => agent.uplinkReady(network, aWhile())));
  const ours = [blue.uplink, red.uplink];
  const [left, wanted] = [["fw-br00c0ffee", "fw-legh00c0ffee"], "fw-leg00c0ffee"];
  const foreign = ["fw-legacy0", "fw-bridge0", "tap-of-others"];
  // Its interface is wanted by somebody, and nobody makes it: no process has it open.
  await chassis.vsctl(
    "--no-wait",
    "add-br",
    "br-dead",
    "--",
    "set",
    "Bridge",
    "br-dead",
    "datapath_type=none",
  );
  await chassis.vsctl("--no-wait", "add-port", "br-dead", wanted);
  // Those that go are the last in the kernel's list: the others have had their turn when they are gone.
  for (const tap of [...foreign, wanted, ...left]) await sh(`ip tuntap add ${tap} mode tap`);
  await sh(`ip address add 169.254.80.2/32 dev ${left[1]}`);
  const taps = async () =>
    (await sh("ip -o link show type tun")).split("\n").map((line) => line.split(/[:@ ]+/)[1] ?? "");
  await until(
    "the end of what was left",
    async () => assert.ok(new Set(await taps()).isDisjointFrom(new Set(left))),
    30_000,
  );
  const there = await taps();
  for (const tap of [...ours, wanted, ...foreign]) assert.ok(there.includes(tap), `${tap} is gone`);
  for (const tap of [wanted, ...foreign]) await sh(`ip tuntap del ${tap} mode tap`);
  await chassis.vsctl("--no-wait", "del-br", "br-dead");
});

test("X06 table, rule, addresses and uplink that somebody removes are made again", async () => {
  const state = async () => [await sh("nft -s list table inet fairway"), await rules()].join("\n");
  // The test before this one had interfaces of its own.
  agent.setVersion("docker", "none yet");
  await until("the rules to be without foreign taps", async () => {
    assert.doesNotMatch(await state(), /tap-of-others|fw-legacy0/);
  });
  const whole = await state();
  for (const harm of [
    "nft delete table inet fairway",
    "nft flush chain inet fairway leave",
    "ip rule del pref 100",
    `ip address flush dev ${blue.uplink}`,
    `ip link delete ${blue.uplink}`,
  ]) {
    await sh(harm);
    // As when the engine comes back; without an occasion they are looked at every 10 s.
    agent.setVersion("docker", harm);
    await until(`mending of ${harm}`, async () => {
      await blue.enter("ping -c 1 -W 1 192.0.2.1");
      assert.equal(await state(), whole);
    });
  }
});

test("the ruleset's generation tells that somebody has changed a rule, and stays while nobody does", async () => {
  using generation = new RulesetGeneration();
  const before = await generation.read();
  assert.notEqual(before, undefined);
  await sh("nft list ruleset");
  assert.equal(await generation.read(), before);
  await sh("nft add table inet somebody");
  assert.notEqual(await generation.read(), before);
  await sh("nft delete table inet somebody");
});

test("published ports lead to the right one of two networks, and are held", async () => {
  const server = (enter: typeof blue.enter, name: string) => {
    const serving = enter(`timeout 60 socat TCP6-LISTEN:80,ipv6only=0,fork,reuseaddr "SYSTEM:echo ${name}"`);
    serving.catch(() => undefined);
  };
  server(blue.enter, "blue");
  server(red.enter, "red");
  const wish = {
    protocol: "tcp",
    port: 80,
    hostAddress: null,
    firstHostPort: 8080,
    lastHostPort: 8080,
  } as const;
  const addresses = ["10.1.0.10", "fd01::10"];
  await agent.publish({ ...blue, addresses }, [wish]);
  await assert.rejects(agent.publish({ ...red, addresses }, [wish]), /in use by container of endpoint/);
  const [any] = await agent.publish({ ...red, addresses }, [{ ...wish, firstHostPort: 0, lastHostPort: 0 }]);
  assert.ok(any !== undefined && any.hostPort > 1024);
  for (const [port, name] of [
    [8080, "blue"],
    [any.hostPort, "red"],
  ] as const)
    for (const place of [`TCP4:192.0.2.1:${port}`, `TCP4:127.0.0.1:${port}`, `TCP6:[::1]:${port}`])
      await until(`${name} at ${place}`, async () =>
        assert.equal(await sh(`socat -T 3 - ${place} </dev/null`), name),
      );
  // UDP, also by ::1, from which the kernel leads nothing on.
  const echo = blue.enter("timeout 60 socat UDP4-RECVFROM:53,fork EXEC:cat");
  echo.catch(() => undefined);
  const dns = {
    protocol: "udp",
    port: 53,
    hostAddress: null,
    firstHostPort: 5300,
    lastHostPort: 5300,
  } as const;
  await agent.publish({ ...blue, addresses }, [wish, dns]);
  for (const place of ["UDP4:192.0.2.1:5300", "UDP6:[::1]:5300"])
    await until(`the echo at ${place}`, async () =>
      assert.equal(await sh(`echo hello | socat -t 1 - ${place}`), "hello"),
    );
  // Hairpin: from the container itself, and from the other network.
  assert.equal(await blue.enter("socat -T 3 - TCP4:192.0.2.1:8080 </dev/null"), "blue");
  assert.equal(await red.enter("socat -T 3 - TCP4:192.0.2.1:8080 </dev/null"), "blue");
  await agent.revoke(blue.endpoint);
  await assert.rejects(sh("socat -T 3 - TCP4:192.0.2.1:8080 </dev/null"));
});

test("N02 a packet for a loopback address that comes by an uplink is dropped, whoever made it", async () => {
  const got = spawn("socat", ["-u", "UDP4-RECV:9999", "STDOUT"], { stdio: ["ignore", "pipe", "inherit"] });
  after(() => got.kill("SIGKILL"));
  let heard = "";
  got.stdout.on("data", (bytes: Buffer) => (heard += bytes.toString()));
  await until("the socket", () => sh("ss -Hlun 'sport = :9999' | grep -q ."));
  const ofport = await chassis.vsctl("get", "Interface", blue.uplink, "ofport");
  const bridge = `unix:${dirname(chassis.openvswitchSocket)}/br-int.mgmt`;
  const send = (to: string, word: string) =>
    sh(
      `ovs-ofctl packet-out ${bridge} in_port=LOCAL,packet=${udpFrame(to, 9999, word)},actions=output:${ofport}`,
    );
  // The kernel would take it: routes to loopback addresses are open on this interface, for published ports.
  assert.equal(await sh(`cat /proc/sys/net/ipv4/conf/${blue.uplink}/route_localnet`), "1");
  for (const to of ["127.0.0.1", "127.9.9.9"]) await send(to, "loopback");
  await until("the packet for the host's own address", async () => {
    await send("192.0.2.1", "host");
    assert.match(heard, /host/);
  });
  assert.doesNotMatch(heard, /loopback/);
});

/** An Ethernet frame from a container to the uplink's own MAC, in hexadecimal (RFC 791 §3.1, RFC 768). */
function udpFrame(to: string, port: number, word: string): string {
  const ip = Buffer.alloc(20);
  const udp = Buffer.alloc(8);
  ip.set([0x45, 0, 0, ip.length + udp.length + word.length, 0, 0, 0, 0, 64, 17]);
  ip.set([10, 1, 0, 10, ...to.split(".").map(Number)], 12);
  let sum = 0;
  for (let at = 0; at < ip.length; at += 2) sum += ip.readUInt16BE(at);
  ip.writeUInt16BE(~((sum & 0xffff) + (sum >> 16)) & 0xffff, 10);
  for (const [at, value] of [40_000, port, udp.length + word.length].entries())
    udp.writeUInt16BE(value, 2 * at);
  const ethernet = Buffer.from("0a00000000020a00000000010800", "hex");
  return Buffer.concat([ethernet, ip, udp, Buffer.from(word)]).toString("hex");
}

test("nothing is left of uplinks that nobody wants", async () => {
  center.set([]);
  await until("the end of both uplinks", async () => {
    assert.doesNotMatch(await sh("ip link"), /fw-leg/);
    assert.doesNotMatch(await rules(), /proto 250/);
    await assert.rejects(sh("nft list table inet fairway"));
  });
});

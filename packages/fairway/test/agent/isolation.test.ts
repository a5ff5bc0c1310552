import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, test } from "node:test";
import { v7 } from "uuid";
import { uplinkName } from "../../src/agent/ports/interface-names.ts";
import { linkNames } from "../../src/agent/ports/link-names.ts";
import type { HostItem, HostUplinkItem } from "../../src/center/schemas/host-state.ts";
import type { Logger } from "../../src/logger.ts";
import { startChassis, until } from "./chassis.ts";
import { dormantNetworkItem, makeNetwork, sh } from "./chassis-network.ts";
import { enterPrivateNetwork } from "./private-network.ts";
import { startAgentOn } from "./start-agent.ts";
import { StubCenter } from "./stub-center.ts";

/** Each test gives a host one thing that really fails beside things that work: one that fails is one that fails. */

enterPrivateNetwork();
const warnings: { readonly item?: string; readonly reason?: string }[] = [];
/** What a guard had to catch. */
const errors: object[] = [];
const nothing = () => undefined;
const logger: Logger = {
  debug: nothing,
  info: nothing,
  warn: (fields) => void warnings.push(fields),
  error: (fields, message) => void errors.push({ ...fields, message }),
  child: () => logger,
};
const chassis = await startChassis();
const center = new StubCenter();
const agent = startAgentOn(chassis, center, { logger });
/** What would have ended the process. */
const fatal: unknown[] = [];
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, (error) => fatal.push(error));
after(async () => {
  await agent[Symbol.asyncDispose]();
  await chassis[Symbol.asyncDispose]();
});
const aWhile = () => AbortSignal.timeout(15_000);
await sh("ip link set lo up; ip address add 192.0.2.1/32 dev lo");
const blue = await makeNetwork({ chassis, agent });
const uplink = blue.items.find((item): item is HostUplinkItem => item.kind === "uplink");
assert.ok(uplink);

/** What is told of a network or endpoint, once it is. */
const told = (id: string) =>
  until(`what is told of ${id}`, () => {
    const { networks = [], endpoints = [] } = center.troubles ?? {};
    const found =
      networks.find(({ network }) => network === id) ?? endpoints.find(({ endpoint }) => endpoint === id);
    assert.ok(found, JSON.stringify([center.troubles, warnings.slice(-3)]));
    return found.reason;
  });
const nothingIsTold = () =>
  until("the end of all troubles", () => assert.deepEqual(center.troubles, { networks: [], endpoints: [] }));
const warningsOf = (item: string) => warnings.filter((each) => each.item === item).length;

const badUplink = (change: Partial<HostUplinkItem>): HostUplinkItem => {
  const network = v7();
  return { ...uplink, key: `uplink/${network}`, network, ifaceId: v7(), mac: "0a:00:00:00:00:09", ...change };
};

test("an uplink that fails is one that fails: the others, the rules and published ports of the host go on", async () => {
  // Somebody else has a port of the name that this uplink needs.
  const taken = badUplink({});
  await chassis.vsctl(
    "add-port",
    "br-int",
    uplinkName(taken),
    "--",
    "set",
    "Interface",
    uplinkName(taken),
    "type=internal",
  );
  center.set([taken, ...blue.items]);
  await agent.uplinkReady(blue.network, aWhile());
  await blue.enter("ping -c 1 -W 3 192.0.2.1");
  const wish = {
    protocol: "tcp",
    port: 80,
    hostAddress: null,
    firstHostPort: 8080,
    lastHostPort: 8080,
  } as const;
  await agent.publish({ ...blue, addresses: ["10.1.0.10"] }, [wish]);
  assert.match(await sh("nft list map inet fairway pub4"), /tcp \. 8080 : 10\.1\.0\.10 \. 80/);
  assert.match(await told(taken.network), /^the way out: A foreign port of Open vSwitch is in the way/);
  await agent.revoke(blue.endpoint);
  await chassis.vsctl("del-port", "br-int", uplinkName(taken));
  await nothingIsTold();
  assert.equal(warningsOf(taken.key), 1, "told once");
  assert.match(await chassis.vsctl("list-ports", "br-int"), new RegExp(uplinkName(taken)));
});

test("a network one of whose families this host cannot have goes on in the other", async () => {
  // The kernel has no IPv6 on a link whose MTU is less than 1280 (RFC 8200 §5), as on a host that was started with ipv6.disable=1.
  const small: HostItem[] = blue.items.map((item) =>
    item.kind === "uplink" ? { ...item, mtu: 1_000 } : item,
  );
  center.set(small);
  assert.match(await told(blue.network), /^the way out: IPv6: the kernel refuses/);
  await agent.uplinkReady(blue.network, aWhile());
  // `uplinkReady` gives up in silence after a while: what counts is that the host's rules have the uplink.
  assert.ok((await sh("nft list set inet fairway uplinks")).includes(`"${blue.uplink}"`));
  await blue.enter("ping -c 1 -W 3 192.0.2.1");
  assert.equal(await chassis.vsctl("get", "Interface", blue.uplink, "mtu_request"), "1000");
  assert.match(await sh(`ip link show ${blue.uplink}`), /mtu 1000 /);
  center.set(blue.items);
  await nothingIsTold();
  await blue.enter("ping -c 1 -W 3 fdfa::2");
});

test("an item that nft does not take is left out of the host's rules; all others are in them", async () => {
  const published = (endpoint: string, hostPort: number, port: number): HostItem => ({
    key: `published/${endpoint}`,
    kind: "published",
    endpoint,
    network: blue.network,
    addresses: ["10.1.0.10"],
    ports: [{ protocol: "tcp", port, hostAddress: null, hostPort }],
  });
  const [good, other] = [v7(), v7()];
  const bad = { endpoint: v7(), network: blue.network, addresses: ["10.1.0.10"] };
  center.set([...blue.items, published(good, 8081, 81)]);
  const wish = { protocol: "tcp", hostAddress: null, firstHostPort: 8082, lastHostPort: 8082 } as const;
  // No port of the world: the kernel's set takes 16 bits.
  await assert.rejects(agent.publish(bad, [{ ...wish, port: 70_000 }]), /nft does not take its rules/);
  center.set([...blue.items, published(good, 8081, 81), published(other, 8083, 83)]);
  await until("the rules of the others", async () => {
    const rules = await sh("nft list map inet fairway pub4");
    for (const port of [81, 83])
      assert.match(rules, new RegExp(`tcp \\. 80${port} : 10\\.1\\.0\\.10 \\. ${port}`));
  });
  await blue.enter("ping -c 1 -W 3 192.0.2.1");
  center.set(blue.items);
  await nothingIsTold();
});

test("a link of this host that nft cannot name is left out of its rules, and a name's asterisk means itself", async () => {
  await sh(`ip link add 'a"b' type veth peer name 'c*'; ip link add plain type veth peer name cplain
    for name in 'a"b' 'c*' plain; do echo 0 >"/proc/sys/net/ipv6/conf/$name/forwarding"; done`);
  try {
    // An occasion to look at this host's own links, and an uplink that is not in the rules yet.
    const late = await makeNetwork({ chassis, agent });
    center.set([...blue.items, ...late.items]);
    await agent.uplinkReady(late.network, aWhile());
    await late.enter("ping -c 1 -W 3 192.0.2.1");
    const listed = () => sh("nft --json list set inet fairway not_forwarding");
    await until("the new links", async () => assert.match(await listed(), /"plain"/), 15_000);
    const text = await listed();
    assert.ok(text.includes('"c*"') && !text.includes('a\\"b'), text);
    await nothingIsTold();
  } finally {
    await sh(`ip link delete 'a"b'; ip link delete plain`);
    center.set(blue.items);
  }
});

test("a published port that somebody else has is one; the others are published again after a restart", async () => {
  const taken = spawn("socat", ["TCP-LISTEN:8091,reuseaddr", "STDOUT"], { stdio: "ignore" });
  try {
    await until("the other's socket", () => sh("ss -Hltn 'sport = :8091' | grep -q ."));
    const item = (hostPort: number): HostItem & { readonly endpoint: string } => {
      const endpoint = v7();
      const ports = [{ protocol: "tcp", port: 80, hostAddress: null, hostPort } as const];
      const addresses = ["10.1.0.10"];
      return {
        key: `published/${endpoint}`,
        kind: "published",
        endpoint,
        network: blue.network,
        addresses,
        ports,
      };
    };
    const [bad, good] = [item(8091), item(8092)];
    center.set([...blue.items, bad, good]);
    assert.match(
      await told(bad.endpoint),
      /^its published ports: Port 8091\/tcp of this host is in use by socat/,
    );
    await until("the good one", () => sh("ss -Hltn 'sport = :8092' | grep -q ."));
    taken.kill("SIGKILL");
    await nothingIsTold();
    assert.equal(warningsOf(bad.endpoint), 1, "told once");
  } finally {
    taken.kill("SIGKILL");
    center.set(blue.items);
  }
});

test("a network of other hosts that cannot be led is one", async () => {
  // The kernel gives no link a multicast address.
  const bad = dormantNetworkItem("ff02::77/64", "fd77::/64");
  const good = dormantNetworkItem("169.254.80.2/20", "10.78.0.0/24");
  center.set([...blue.items, bad, good]);
  assert.match(await told(bad.network), /^the way to other hosts: the kernel refuses ff02::77\/64/);
  assert.match(await sh("ip route show table 65535 10.78.0.0/24"), /dev fw-sink/);
  await sh("ping -c 1 -W 1 10.78.0.9 || true");
  await until("the question", () => assert.deepEqual(center.asked, [good.engineId]));
  assert.equal(warningsOf(bad.key), 1, "told once");
  center.set(blue.items);
  await nothingIsTold();
});

test("fw-sink that somebody removes is made again, and ends nothing", async () => {
  const far = dormantNetworkItem("169.254.80.2/20", "10.79.0.0/24");
  center.set([...blue.items, far]);
  await until("the route", async () =>
    assert.match(await sh("ip route show table 65535 10.79.0.0/24"), /dev fw-sink/),
  );
  for (let count = 0; count < 3; count++) {
    const index = await sh("ip -o link show fw-sink | cut -d: -f1");
    await sh("ip link del fw-sink");
    await until("another link", async () =>
      assert.notEqual(await sh("ip -o link show fw-sink | cut -d: -f1"), index),
    );
    await until("the route again", async () =>
      assert.match(await sh("ip route show table 65535 10.79.0.0/24"), /dev fw-sink/),
    );
  }
  await sh("ping -c 1 -W 1 10.79.0.9 || true");
  await until("the question", () => assert.ok(center.asked.includes(far.engineId)));
  center.set(blue.items);
  await nothingIsTold();
});

test("a port that cannot be made is one: another that somebody removed is made again meanwhile", async () => {
  const { key, kind, mac, mtu, addresses, engine, request } = blue.items[1] as Extract<
    HostItem,
    { kind: "endpoint" }
  >;
  const endpoint = v7();
  const bad: HostItem = {
    key: `endpoint/${endpoint}`,
    kind,
    endpoint,
    network: blue.network,
    mac,
    mtu,
    addresses,
    engine,
    request,
  };
  const { host } = linkNames(endpoint);
  // Its link is there, and somebody else has put it into a bridge.
  await sh(
    `ip link add ${host} type veth peer name ${linkNames(endpoint).container}; ip link set ${host} alias "fairway ${endpoint}"`,
  );
  await chassis.vsctl("add-port", "br-int", host);
  center.set([bad, ...blue.items]);
  assert.match(await told(endpoint), /^its port: A foreign port of Open vSwitch is in the way/);
  await chassis.vsctl("del-port", "br-int", linkNames(key.split("/")[1] ?? "").host);
  await until("the other's port", () => blue.enter("ping -c 1 -W 1 192.0.2.1"));
  assert.equal(warnings.filter(({ item }) => item === endpoint).length, 1, "told once");
  await chassis.vsctl("del-port", "br-int", host);
  center.set(blue.items);
  await nothingIsTold();
});

test("an item that cannot be read is one, and what was known under its key stays", async () => {
  const bad = { ...blue.items[1], mac: 7 } as unknown as HostItem;
  center.set([
    blue.items[0] as HostItem,
    bad,
    null as unknown as HostItem,
    { key: "news/1", kind: "news" } as unknown as HostItem,
  ]);
  const unreadable = () => new Set(warnings.flatMap((each) => ("fault" in each ? each.item : [])));
  await until("the state", () => assert.deepEqual(unreadable(), new Set([bad.key, "undefined", "news/1"])));
  assert.deepEqual([...agent.state.items.keys()], [blue.items[0]?.key, bad.key]);
  assert.equal(agent.state.isFresh, true);
  assert.deepEqual(agent.state.items.get(bad.key), blue.items[1]);
  await blue.enter("ping -c 1 -W 3 192.0.2.1");
});

test("in all of this nothing had to be caught by a guard, and nothing would have ended the process", async () => {
  await agent[Symbol.asyncDispose]();
  assert.deepEqual([fatal, errors], [[], []]);
});

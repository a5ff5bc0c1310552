import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { askName, nameServer } from "./ask.ts";
import {
  address6Of,
  addressOf,
  answers,
  createNetwork,
  hasNetwork,
  intoNetwork,
  removeAll,
  removeNetworks,
  startContainer,
  startSpeaker,
} from "./docker-network.ts";
import { pinged, reaches, reachesNot } from "./pings.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Traffic } from "./traffic.ts";
import { Wire } from "./wire.ts";

const outside = "10.200.0.254";
/** RFC 1035, 4.1.1: no such name. */
const nameError = 3;
const networks = {
  blue: ["--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64"],
  green: ["--ipv6", "--subnet", "10.2.0.0/24", "--subnet", "fd02::/64"],
  lan: ["--subnet", "10.50.0.0/24", "--gateway", "10.50.0.1", "-o", "physicalnetwork=office"],
} as const;
const containers = ["web", "db", "near", "gw"];

/** Somebody on the wire who is no container: a namespace behind a port of a bridge of its own, with VLAN 1000. */
const makePeer = `
  ovs-vsctl add-br br-peer -- set Bridge br-peer datapath_type=netdev -- add-port br-peer peer-nic \\
    -- add-port br-peer peer0 tag=1000 -- set Interface peer0 type=internal
  ip link set peer-nic up
  ip netns add peer0; ip link set peer0 netns peer0; ip -n peer0 link set peer0 up
  ip netns exec peer0 ethtool -K peer0 tx off >/dev/null
  ip -n peer0 address add 10.50.0.9/24 dev peer0; ip -n peer0 route add default via 10.50.0.1`;

describe(`virtual routers, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    const wire = await Wire.lay(lab);
    for (const host of [h1, h2]) await wire.plug(host, "eth1");
    await wire.plug(h1, "peer-nic");
    await h1.sh(makePeer);
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h1, h2]) await removeAll(host, containers, []);
    await removeNetworks(h1, ...Object.keys(networks));
    for (const words of ["router rm r", "physical-port rm office eth1", "physical-network rm office"])
      await h1.run(["fairway", ...words.split(" ")], { check: false });
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });

  const fairway = (words: string) => h1.sh(`fairway ${words}`);

  async function make(name: keyof typeof networks, ...flags: string[]): Promise<void> {
    await createNetwork(h1, name, ...networks[name], ...flags);
    await hasNetwork(h2, name);
  }

  async function attach(...names: string[]): Promise<void> {
    await fairway("router create r");
    for (const name of names) await fairway(`router attach r ${name}`);
  }

  /** What a program of the host's prints in a container's network; empty where it fails. */
  async function inside(host: Host, container: string, program: string): Promise<string> {
    const words = [...(await intoNetwork(host, container)), "sh", "-c", program];
    const { stdout, code } = await host.run(words, { check: false });
    return code === 0 ? stdout.trim() : "";
  }

  /** The first packet of a host that has no container on a network only makes its way there. */
  const hostReaches = (host: Host, to: string) =>
    until(`${host.name} to reach ${to}`, async () => {
      const { code } = await host.run(["ping", "-c", "1", "-W", "2", to], { check: false });
      return code === 0;
    });

  it("R01 attached networks reach each other in one hop on any host, under traffic, and no more once one is detached", async () => {
    for (const name of ["blue", "green"] as const) await make(name);
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "near", "green");
    await startSpeaker(h2, "db", "green", "served", "-p", "8080:80");
    const [web, near, db] = [
      await addressOf(h1, "web"),
      await addressOf(h1, "near"),
      await addressOf(h2, "db"),
    ];
    const [web6, db6] = [await address6Of(h1, "web"), await address6Of(h2, "db")];
    await reaches(h1, "web", outside);
    for (const ip of [near, db, db6]) assert.equal(await pinged(h1, "web", ip), "", `${ip} before`);
    await using out = await Traffic.start(h1, "web", outside);
    await attach("blue", "green");
    for (const ip of [near, db, db6]) await reaches(h1, "web", ip);
    for (const ip of [web, web6]) await reaches(h2, "db", ip);
    for (const ip of [near, db]) {
      assert.match(await pinged(h1, "web", ip), /ttl=63 /, "one less than the 64 that it was sent with");
      assert.equal(await pinged(h1, "web", ip, "-t", "1"), "", "there is a hop between them");
      assert.notEqual(await pinged(h1, "web", ip, "-t", "2"), "", "and no other one");
    }
    // What each network had it has: its way out, its published ports, its hosts.
    await reaches(h2, "db", outside);
    await until("the published port", async () =>
      /served/.test(await lab.outside.sh(`timeout 5 socat -u TCP4:${h2.address}:8080 - || true`)),
    );
    await hostReaches(h2, web);
    await hostReaches(h1, db);
    assert.match(
      await fairway("router show r"),
      /network: +blue\n +addresses: +10\.1\.0\.1\/24, fd01::1\/64/,
    );
    await assert.rejects(fairway("router rm r"), /router r has the networks blue, green; detach them first/);
    await fairway("router detach r green");
    for (const ip of [near, db, db6]) await reachesNot(h1, "web", ip);
    for (const [host, from] of [
      [h1, "web"],
      [h2, "db"],
    ] as const)
      await reaches(host, from, outside);
    const before = out.answers;
    await until("traffic that went on", () => out.answers > before + 5);
    assert.ok(out.lost <= 20, `${out.lost} of ${out.sent} pings were lost while networks came and went`);
    await fairway("router detach r blue");
    await fairway("router rm r");
  });

  it("R02 static routes lead on by the next hop, for all networks of the router", async () => {
    for (const name of ["blue", "green"] as const) await make(name);
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "gw", "green");
    const gw = await addressOf(h2, "gw");
    await h2.run([...(await intoNetwork(h2, "gw")), "ip", "address", "add", "10.9.0.1/32", "dev", "lo"]);
    await attach("blue");
    assert.match(
      await fairway(`router route add r 10.9.0.0/16 ${gw}`),
      /next hop .* is on no network that is attached/,
    );
    assert.equal(await pinged(h1, "web", "10.9.0.1"), "");
    await fairway("router attach r green");
    await reaches(h1, "web", "10.9.0.1");
    await reaches(h1, "web", outside);
    await fairway("router route rm r 10.9.0.0/16");
    await reachesNot(h1, "web", "10.9.0.1");
  });

  it("R01 M05 N02 N16 published ports, names and the gateway that is the host are on attached networks as they were before", async () => {
    for (const name of ["blue", "green"] as const) await make(name);
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "near", "green", "--dns", nameServer);
    await startSpeaker(h2, "db", "green", "served", "-p", "8080:80");
    for (const host of [h1, h2])
      host.spawn(["socat", "TCP4-LISTEN:7000,fork,reuseaddr", `SYSTEM:echo on ${host.name}`]);
    await attach("blue", "green");
    await reaches(h1, "web", await addressOf(h2, "db"));
    const gets = (host: Host, from: string, at: string, answer: string) =>
      until(
        `${from} to get "${answer}" from ${at}`,
        async () => (await inside(host, from, `timeout 3 socat -u TCP4:${at} -`)) === answer,
      );
    // Containers of the network, of the router's other network, and of the host that publishes.
    for (const [host, from] of [
      [h1, "near"],
      [h1, "web"],
      [h2, "db"],
    ] as const)
      await gets(host, from, `${h2.address}:8080`, "served");
    await gets(h1, "web", "10.1.0.1:7000", "on h1");
    await gets(h1, "near", "10.2.0.1:7000", "on h1");
    await gets(h2, "db", "10.2.0.1:7000", "on h2");
    await gets(h2, "db", "10.2.0.1:8080", "served");
    await answers(h1, "near", "db");
    assert.equal((await askName(h1, "web", nameServer, "db", "A")).rcode, nameError, "of its networks alone");
  });

  it("D15 R01 without a gateway, routes of a container's own lead to the router's networks beside Docker's bridge", async () => {
    await make(
      "blue",
      "-o",
      "subnet:disablegateway=true",
      "-o",
      'subnet:host_routes=[["10.2.0.0/24","10.1.0.1"]]',
    );
    await make("green");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "green");
    await attach("blue", "green");
    await reaches(h1, "web", await addressOf(h2, "db"));
    const table = await h1.docker("exec", "web", "ip", "route");
    assert.match(table, /^default via \S+ dev eth1/m);
    assert.match(table, /^10\.2\.0\.0\/24 via 10\.1\.0\.1 dev eth0/m);
  });

  it("D21 R01 who sends more than fits the other network is told so by the router", async () => {
    await make("blue", "-o", "mtu=1300");
    await make("green");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "green");
    const web = await addressOf(h1, "web");
    await attach("blue", "green");
    await reaches(h2, "db", web);
    const words = [
      ...(await intoNetwork(h2, "db")),
      "ping",
      "-n",
      "-c",
      "2",
      "-W",
      "2",
      "-M",
      "do",
      "-s",
      "1380",
      web,
    ];
    await until("the router's answer", async () =>
      /mtu ?= ?1300/.test((await h2.run(words, { check: false })).stdout),
    );
    await reaches(h2, "db", web, "-s", "1380");
  });

  it("R03 networks on a wire and on the tunnels talk by one router, with machines outside, too", async () => {
    await fairway("physical-network create office --type vlan --range 1000-1001");
    await fairway("physical-port create office eth1");
    for (const name of ["blue", "lan"] as const) await make(name);
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "near", "lan");
    await startContainer(h2, "db", "lan");
    const web = await addressOf(h1, "web");
    const [near, db] = [await addressOf(h1, "near"), await addressOf(h2, "db")];
    await attach("blue");
    await assert.rejects(fairway("router attach r lan"), /network lan is on a wire.*say by which address/s);
    await fairway("router attach r lan --address 10.50.0.1");
    for (const ip of [near, db, "10.50.0.9"]) await reaches(h1, "web", ip);
    for (const ip of [near, db]) assert.match(await pinged(h1, "web", ip), /ttl=63 /);
    await reaches(h2, "db", web);
    await reaches(h1, "near", web);
    const quality = await h1.sh(`ip netns exec peer0 ping -c 100 -i 0.02 -q ${web}`);
    assert.match(quality, /100 received, 0% packet loss/);
    assert.doesNotMatch(quality, /duplicates/);
    await reaches(h1, "web", outside);
    await fairway("router detach r lan");
    for (const ip of [near, db]) await reachesNot(h1, "web", ip);
  });
});

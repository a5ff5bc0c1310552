import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { askName } from "./ask.ts";
import { routerAdvertisement } from "./attacks/frames.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  inspect,
  intoNetwork,
  ping,
  removeAll,
  removeNetworks,
  startContainer,
  startSpeaker,
} from "./docker-network.ts";
import { hasDocker28, variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Wire } from "./wire.ts";

const checkout = resolve(import.meta.dirname, "../..");
/** Engines whose resolver asks from the host, unless they are told a server. */
const asksFromHost = hasDocker28;

/** Somebody outside the cluster on the VLAN: a namespace behind an access port of an Open vSwitch bridge of its own. */
const makePeer = `
  ovs-vsctl add-br br-peer -- set Bridge br-peer datapath_type=netdev -- add-port br-peer peer-nic \\
    -- add-port br-peer peer0 tag=1000 -- set Interface peer0 type=internal
  ip link set peer-nic up
  ip netns add peer0; ip link set peer0 netns peer0
  ip -n peer0 link set peer0 up
  ip netns exec peer0 ethtool -K peer0 tx off >/dev/null
  ip -n peer0 address add 10.50.0.1/24 dev peer0`;

describe(`hosts, ports and names on physical networks, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let outside: Machine;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    [h1, h2, outside] = [lab.host("h1"), lab.host("h2"), lab.outside];
    const program = `${checkout}/packages/fairway/test/agent/names/own-address-server.ts`;
    const server = outside.spawn([`${checkout}/node_modules/node/bin/node`, program, outside.address]);
    await until("the usual name server", async () => server.log.includes("serving"));
    for (const host of [h1, h2]) {
      await host.sh(`echo nameserver ${outside.address} >/etc/resolv.conf`);
      if (!asksFromHost) continue;
      await host.sh(`mkdir -p /etc/docker; echo '{"dns":["${outside.address}"]}' >/etc/docker/daemon.json`);
      await host.daemon("dockerd").stop();
      await host.daemon("dockerd").start();
    }
    const wire = await Wire.lay(lab);
    for (const host of [h1, h2]) await wire.plug(host, "eth1");
    await wire.plug(h1, "peer-nic");
    await h1.sh(makePeer);
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h2, ["db"], []);
    await removeAll(h1, ["web", "web2", "nat"], []);
    await removeNetworks(h1, "blue", "red", "green");
    await h1.sh("for net in office lan; do fairway physical-port rm $net eth1; done 2>/dev/null || true");
    await h1.sh("fairway physical-port rm lan eth0 --host h1 2>/dev/null || true");
    await h1.sh("for net in office lan; do fairway physical-network rm $net; done");
    await becomes(h1, clean[0] ?? "");
    await becomes(h2, clean[1] ?? "");
  });

  const succeeds = (what: string, host: Host, words: readonly string[]) =>
    until(what, async () => (await host.run(words, { check: false })).code === 0);
  const pings = (host: Host, address: string) =>
    succeeds(`${address} from ${host.name}`, host, ["ping", "-c", "1", "-W", "1", address]);

  /** A network on the wire by `eth1` of both hosts, in a VLAN; the peer is the gateway of the first. */
  async function makeVlanNetwork(name: string, vlan: number, ...flags: string[]): Promise<void> {
    await h1.sh("fairway physical-network create office --type vlan --range 1000-1001");
    await h1.sh("fairway physical-port create office eth1");
    for (const host of [h1, h2])
      await until("the bridge mapping", async () =>
        /fairway-/.test(await host.sh("ovs-vsctl get Open_vSwitch . external_ids")),
      );
    const options = ["-o", "physicalnetwork=office", "-o", `vlanid=${vlan}`];
    await createNetwork(h1, name, ...flags, ...options);
    await hasNetwork(h2, name);
  }
  const blue = ["--subnet", "10.50.0.0/24", "--gateway", "10.50.0.1"];

  /** The host's uplink on the only network that it has one on. */
  async function uplinkOf(host: Host): Promise<{ readonly name: string; readonly mac: string }> {
    const links: { ifname: string; address: string }[] = JSON.parse(await host.sh("ip -j link show"));
    const [link] = links.filter(({ ifname }) => ifname.startsWith("fw-leg"));
    assert.ok(link);
    return { name: link.ifname, mac: link.address };
  }

  it("P01 N09 a host and its containers on a VLAN reach each other; the wire sees nothing of it", async () => {
    await makeVlanNetwork("blue", 1000, ...blue, "--ipv6", "--subnet", "fd50::/64");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    const web6 = await inspect(h1, "web", "{{.NetworkSettings.Networks.blue.GlobalIPv6Address}}");
    await using frames = lab.underlay.spawn([
      "tcpdump",
      "-n",
      "-e",
      "-l",
      "-i",
      "wire",
      "icmp or arp or vlan",
    ]);
    await pings(h1, web);
    await pings(h1, web6);
    await pings(h2, db);
    const quality = await h1.sh(`ping -c 100 -i 0.01 -q ${web}`);
    assert.match(quality, /100 received, 0% packet loss/);
    assert.doesNotMatch(quality, /duplicates/);
    const { name, mac } = await uplinkOf(h1);
    const uplink = (await h1.sh(`ip -4 -o address show dev ${name} | sed 's/.*inet //; s/[/ ].*//'`)).trim();
    for (const host of [h1.address, uplink]) assert.match(await ping(h1, "web", host), / 0% packet loss/);
    assert.match(await ping(h2, "db", h2.address), / 0% packet loss/);
    // What is on the LAN goes by the LAN, as before.
    await succeeds("the other host's container", h1, [
      "docker",
      "exec",
      "web",
      "ping",
      "-c",
      "1",
      "-W",
      "1",
      db,
    ]);
    await ping(h1, "web", "10.50.0.1");
    await frames.printed(new RegExp(`vlan 1000.*${web} > 10\\.50\\.0\\.1: ICMP`));
    const strange = frames.log.split("\n").filter((line) => line.includes(mac) || line.includes(uplink));
    assert.deepEqual(strange, [], "the uplink is the host's alone");
    assert.ok(!frames.log.includes(h1.address) && !frames.log.includes("who-has 169.254"));
    // The next container has the last one's address: the way is its own.
    await removeAll(h1, ["web"], []);
    await startContainer(h1, "web2", "blue", "--ip", web, "--ip6", web6);
    await pings(h1, web);
    await removeAll(h1, ["web2"], []);
    await startContainer(h1, "web", "blue");
    await until(
      "the old way to be gone",
      async () => !(await h1.sh("ip route show table all")).includes(`${web} dev`),
    );
  });

  it("P01 nobody on the wire reaches a host by its uplink, and no container leaves by its host", async () => {
    await makeVlanNetwork("blue", 1000, ...blue);
    await startContainer(h1, "web", "blue");
    const web = await addressOf(h1, "web");
    await pings(h1, web);
    const { name, mac } = await uplinkOf(h1);
    await using seen = h1.spawn(["tcpdump", "-n", "-e", "-l", "-Q", "in", "-i", name]);
    await seen.printed(/listening on/);
    const peer = "ip netns exec peer0";
    await h1.sh(`ip -n peer0 neigh replace 10.50.0.200 lladdr ${mac} dev peer0 nud permanent
      ip -n peer0 route replace ${h1.address}/32 via 10.50.0.200
      ${peer} ping -c 2 -i 0.2 -W 1 ${h1.address} || true
      ${peer} ping -b -c 2 -i 0.2 -W 1 10.50.0.255 || true
      ${peer} ping -c 1 -W 1 ${web}
      ip -n peer0 route del ${h1.address}/32; ip -n peer0 neigh del 10.50.0.200 dev peer0`);
    const open =
      "import socket, sys; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('peer0', 0))";
    const send = `${open}; s.send(bytes.fromhex(sys.argv[1]))`;
    const advertisement = routerAdvertisement({ mac: "02:00:00:00:00:0a" });
    await h1.run(["ip", "netns", "exec", "peer0", "python3", "-c", send, advertisement]);
    const inside = await intoNetwork(h1, "web");
    const [link = ""] =
      (await h1.sh(`${inside.join(" ")} ip route get ${h1.address}`)).match(/169\.254\.\S+/) ?? [];
    await h1.sh(`${inside.join(" ")} ip route add ${outside.address}/32 via ${link}`).catch(() => "");
    const out = await h1.run(["docker", "exec", "web", "ping", "-c", "1", "-W", "1", outside.address], {
      check: false,
    });
    assert.notEqual(out.code, 0, "the host leads nothing on");
    await ping(h1, "web", h1.address);
    await seen.printed(new RegExp(`${web} > ${h1.address}: ICMP echo request`));
    assert.equal(await h1.sh(`ip -6 route show dev ${name}; ip -6 -o address show dev ${name}`), "");
    assert.ok(!seen.log.includes("10.50.0.1 >") && !seen.log.includes("10.50.0.1 tell"), seen.log);
  });

  it("P11 an address that somebody on the LAN has is not given to a container, and who has it is said", async () => {
    await h1.sh(`ip -n peer0 address add 10.50.0.2/24 dev peer0; ip -n peer0 address add fd50::2/64 dev peer0 nodad
      ip -n peer0 address add fd50::3/64 dev peer0 nodad`);
    const mac = (await h1.sh("ip netns exec peer0 cat /sys/class/net/peer0/address")).trim();
    await makeVlanNetwork("blue", 1000, ...blue, "--ipv6", "--subnet", "fd50::/64", "--gateway", "fd50::1");
    await startContainer(h1, "web", "blue");
    assert.equal(await addressOf(h1, "web"), "10.50.0.3");
    const web6 = await inspect(h1, "web", "{{.NetworkSettings.Networks.blue.GlobalIPv6Address}}");
    assert.equal(web6, "fd50::4");
    await until("the network's status", async () =>
      (await h1.sh("fairway network show blue -o json")).includes(`10.50.0.2 (${mac})`),
    );
    await assert.rejects(
      h1.docker("run", "--rm", "--network", "blue", "--ip", "10.50.0.2", "busybox:lab", "true"),
      new RegExp(`address 10\\.50\\.0\\.2 is in use on the wire by ${mac}`),
    );
    await h1.sh(
      "ip -n peer0 address del 10.50.0.2/24 dev peer0; ip -n peer0 -6 address flush dev peer0 scope global",
    );
    await h1.docker("run", "--rm", "--network", "blue", "--ip", "10.50.0.2", "busybox:lab", "true");
    await until(
      "the network's status",
      async () => !(await h1.sh("fairway network show blue -o json")).includes("10.50.0.2 ("),
    );
  });

  it("N02 a port is published on a VLAN network: from outside, by the host, by containers on it and elsewhere", async () => {
    await makeVlanNetwork("blue", 1000, ...blue);
    await createNetwork(h1, "red", "--subnet", "10.61.0.0/24");
    await startSpeaker(h1, "web", "blue", "here-is-web", "-p", "8080:80");
    await startContainer(h1, "web2", "blue");
    await startContainer(h1, "nat", "red");
    const asks = (machine: Machine, at: string, ...inside: readonly string[]) =>
      until(`an answer at ${at} on ${machine.name}`, async () => {
        const nc = [...inside, "busybox", "nc", "-w", "2", at, "8080"];
        return /here-is-web/.test((await machine.run(nc, { check: false })).stdout);
      });
    await asks(outside, h1.address);
    await asks(h1, h1.address);
    await asks(h1, "127.0.0.1");
    for (const container of ["web2", "nat", "web"])
      await asks(h1, h1.address, ...(await intoNetwork(h1, container)));
    assert.match(await h1.sh("fairway port ls"), /8080/);
    await assert.rejects(
      h1.docker("run", "--rm", "--network", "blue", "-p", "8080:80", "busybox:lab", "true"),
      /Port 8080\/tcp of this host is in use by container web on network blue/,
    );
  });

  it("M05 containers on a VLAN network find those of other hosts by name, also where they are on two such networks", async () => {
    await makeVlanNetwork("blue", 1000, ...blue);
    const green = ["-o", "physicalnetwork=office", "-o", "vlanid=1001"];
    await createNetwork(h1, "green", "--subnet", "10.51.0.0/24", "--gateway", "10.51.0.1", ...green);
    await startContainer(h1, "web", "blue", "--network-alias", "www");
    await startContainer(h2, "db", "blue");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    const asks = async (host: Host, container: string, name: string, ...how: string[]) =>
      (await askName(host, container, "127.0.0.11", name, "A", ...how)).data?.join();
    for (const name of ["web", "www", "web.blue"])
      await until(`the name ${name}`, async () => (await asks(h2, "db", name)) === web);
    assert.equal(await asks(h2, "db", "web", "tcp"), web);
    assert.equal(await asks(h2, "db", "elsewhere.example"), outside.address);
    await until("an answer by name", async () => (await ping(h2, "db", "web").catch(() => "")) !== "");
    await h1.docker("network", "connect", "green", "web");
    await until("the name db", async () => (await asks(h1, "web", "db")) === db);
    await h1.docker("create", "--name", "web2", "--network", "blue", "busybox:lab", "sleep", "100000");
    await h1.docker("network", "connect", "green", "web2");
    await h1.docker("start", "web2");
    await until("the name db in web2", async () => (await asks(h1, "web2", "db")) === db);
    await h1.daemon("fairway").kill("SIGKILL");
    assert.equal(await asks(h1, "web2", "elsewhere.example"), outside.address, "also without Fairway");
    await h1.daemon("fairway").start();
    await until("the name db again", async () => (await asks(h1, "web2", "db")) === db);
    await h1.docker("restart", "--time", "0", "web2");
    await until("the name db in web2", async () => (await asks(h1, "web2", "db")) === db);
  });

  it("P04 P06 on the LAN that a host itself is on, it and its containers reach each other by the LAN", async () => {
    await h1.sh("fairway physical-network create lan --type flat");
    await h1.sh("fairway physical-port create lan eth0 --host h1");
    await until("the bridge mapping", async () =>
      /fairway-[0-9a-f-]+:br-phy/.test(await h1.sh("ovs-vsctl get Open_vSwitch . external_ids")),
    );
    const range = [
      "--subnet",
      "10.200.0.0/24",
      "--ip-range",
      "10.200.0.128/26",
      "--gateway",
      outside.address,
    ];
    await createNetwork(h1, "blue", ...range, "-o", "physicalnetwork=lan", "-o", "scope=host");
    await startSpeaker(h1, "web", "blue", "here-is-web", "-p", "8080:80");
    const web = await addressOf(h1, "web");
    for (const host of [h1, h2]) await pings(host, web);
    for (const address of [h1.address, h2.address, outside.address]) await ping(h1, "web", address);
    const said = await h1.sh("fairway network show blue -o json");
    assert.deepEqual(JSON.parse(said).status, {});
    await until("the published port", async () =>
      /here-is-web/.test(
        (await outside.run(["busybox", "nc", "-w", "2", h1.address, "8080"], { check: false })).stdout,
      ),
    );
  });
});

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { askName } from "./ask.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  macOf,
  ping,
  removeAll,
  removeNetworks,
  startContainer,
} from "./docker-network.ts";
import { LanServer } from "./lan-server.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Wire } from "./wire.ts";

/** The LAN's own machines: one behind an access port of VLAN 1000, one on the wire without a tag, by an Open vSwitch bridge of its own. */
const makePeers = `
  ovs-vsctl add-br br-peer -- set Bridge br-peer datapath_type=netdev -- add-port br-peer peer-nic \\
    -- add-port br-peer peer0 tag=1000 -- set Interface peer0 type=internal \\
    -- add-port br-peer peer1 -- set Interface peer1 type=internal
  ip link set peer-nic up
  for at in 0 1; do
    ip netns add peer$at; ip link set peer$at netns peer$at
    ip -n peer$at link set peer$at up; ip -n peer$at link set lo up
    ip netns exec peer$at ethtool -K peer$at tx off >/dev/null
  done
  ip -n peer0 address add 10.50.0.1/24 dev peer0
  ip -n peer1 address add 10.60.0.1/24 dev peer1`;

/** The hosts' name server: there is none. */
const nobody = "192.0.2.53";

const [inVlan, untagged] = [
  [
    "dhcp-range=10.50.0.100,10.50.0.150,255.255.255.0,2m",
    "dhcp-option=3,10.50.0.1",
    "dhcp-option=121,0.0.0.0/0,10.50.0.1,172.16.7.0/24,10.50.0.1",
    "dhcp-option=58,15",
  ],
  ["dhcp-range=10.60.0.100,10.60.0.150,255.255.255.0,2m", "dhcp-option=3,10.60.0.1"],
];

describe(`addresses from the LAN's own DHCP server, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    for (const host of [h1, h2]) {
      await host.sh(`echo nameserver ${nobody} >/etc/resolv.conf`);
      if (variant !== "docker28" && variant !== "newest") continue;
      await host.sh(`mkdir -p /etc/docker; echo '{"dns":["${nobody}"]}' >/etc/docker/daemon.json`);
      await host.daemon("dockerd").stop();
      await host.daemon("dockerd").start();
    }
    const wire = await Wire.lay(lab);
    for (const host of [h1, h2]) await wire.plug(host, "eth1");
    await wire.plug(h1, "peer-nic");
    await h1.sh(makePeers);
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h2, ["db"], []);
    await removeAll(h1, ["web", "web2"], []);
    await removeNetworks(h1, "blue");
    await h1.sh("for net in office lan; do fairway physical-port rm $net eth1; done 2>/dev/null || true");
    await h1.sh("for net in office lan; do fairway physical-network rm $net; done 2>/dev/null || true");
    await becomes(h1, clean[0] ?? "");
    await becomes(h2, clean[1] ?? "");
  });

  const onWire = async (host: Host) =>
    until("the bridge mapping", async () =>
      /fairway-/.test(await host.sh("ovs-vsctl get Open_vSwitch . external_ids")),
    );
  const vlan = ["-o", "physicalnetwork=office", "-o", "vlanid=1000", "-o", "ipam=dhcp"];
  const lan = ["--subnet", "10.50.0.0/24", "--gateway", "10.50.0.254"];

  /** The network blue in VLAN 1000, whose server gives the addresses. */
  async function makeVlanNetwork(...flags: readonly string[]): Promise<void> {
    await h1.sh("fairway physical-network create office --type vlan --range 1000-1001");
    await h1.sh("fairway physical-port create office eth1");
    for (const host of [h1, h2]) await onWire(host);
    await createNetwork(h1, "blue", ...lan, ...vlan, ...flags);
    await hasNetwork(h2, "blue");
  }
  const statusOf = async (container: string) => {
    const endpoints: { engine: { containerName: string } | null; status: Record<string, string> }[] =
      JSON.parse(await h1.sh("fairway endpoint ls -o json"));
    return Object.values(endpoints.find(({ engine }) => engine?.containerName === container)?.status ?? {});
  };

  it("I10 containers of a VLAN network hold leases of the LAN's server, with its routes; they are renewed and given back", async () => {
    await using server = await LanServer.start(h1, "peer0", ...inVlan);
    await using frames = lab.underlay.spawn([
      "tcpdump",
      "-n",
      "-e",
      "-l",
      "-i",
      "wire",
      "vlan and udp port 67",
    ]);
    await frames.printed(/listening on/);
    await makeVlanNetwork();
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    const [ofWeb, ofDb] = [await server.leaseOf(web), await server.leaseOf(db)];
    assert.deepEqual([ofWeb.mac, ofDb.mac], [await macOf(h1, "web"), await macOf(h2, "db")]);
    await frames.printed(new RegExp(`${ofWeb.mac} > ff:ff:ff:ff:ff:ff.*vlan 1000.*DHCP, Request`));
    const routes = await h1.docker("exec", "web", "ip", "route");
    assert.match(routes, /default via 10\.50\.0\.1 /);
    assert.match(routes, /172\.16\.7\.0\/24 via 10\.50\.0\.1 /);
    await ping(h1, "web", "10.50.0.1");
    await until("the other host's container", async () => (await ping(h1, "web", db).catch(() => "")) !== "");
    await h1.sh(`ip netns exec peer0 ping -c 1 -W 5 ${web}`);
    await server.renewed(ofWeb);
    await server.renewed(ofDb);
    assert.deepEqual(await statusOf("web"), []);
    assert.match(await h1.sh(`fairway address ls blue`), new RegExp(web));
    await h2.docker("rm", "--force", "db");
    await server.freed(db);
    await h1.docker("rm", "--force", "web");
    await server.freed(web);
  });

  it("I10 names of the LAN are asked of the servers that the lease names, by a host that is not on the LAN", async () => {
    const names = ["dhcp-option=6,10.50.0.1", "address=/printer.lan.example/10.50.0.9"];
    await using _server = await LanServer.start(h1, "peer0", ...inVlan, ...names);
    await makeVlanNetwork();
    for (const [host, name] of [
      [h1, "web"],
      [h2, "db"],
    ] as const) {
      await startContainer(host, name, "blue");
      const ask = async (of: string) => (await askName(host, name, "127.0.0.11", of, "A")).data?.join();
      await until("the printer's name", async () => (await ask("printer.lan.example")) === "10.50.0.9");
    }
    const web = await addressOf(h1, "web");
    const askWeb = async () => (await askName(h2, "db", "127.0.0.11", "web", "A")).data?.join();
    await until("a container's name as before", async () => (await askWeb()) === web);
  });

  it("I10 a lease outlives a killed Fairway, and a restarted container has it again", async () => {
    await using server = await LanServer.start(h1, "peer0", ...inVlan);
    await makeVlanNetwork();
    await startContainer(h1, "web", "blue");
    const [web, mac] = [await addressOf(h1, "web"), await macOf(h1, "web")];
    await h1.daemon("fairway").kill("SIGKILL");
    const before = await server.leaseOf(web);
    await h1.daemon("fairway").start();
    await server.renewed(before);
    await h1.docker("restart", "--time", "0", "web");
    assert.deepEqual([await addressOf(h1, "web"), await macOf(h1, "web")], [web, mac]);
    await server.renewed(await server.leaseOf(web));
    // Killed before it wrote the lease down, it finds it by the container.
    await h1.daemon("fairway").kill("SIGKILL");
    await h1.sh("rm /var/lib/fairway/host-leases.json");
    const lost = await server.leaseOf(web);
    await h1.daemon("fairway").start();
    await server.renewed(lost);
  });

  it("I10 an address and a MAC address that are asked for are leased, or the error says what the server gives", async () => {
    const [reserved, other] = ["02:00:00:00:50:07", "02:00:00:00:50:08"];
    await using server = await LanServer.start(h1, "peer0", ...inVlan, `dhcp-host=${reserved},10.50.0.7`);
    await makeVlanNetwork();
    await assert.rejects(
      h1.docker("run", "--rm", "--network", "blue", "--mac-address", reserved, "busybox:lab", "true"),
      /is not to be had for MAC address 02:00:00:00:50:07: the DHCP server 10\.50\.0\.1 gives 10\.50\.0\.7 instead; say that one by --ip/,
    );
    await startContainer(h1, "web", "blue", "--ip", "10.50.0.7", "--mac-address", reserved);
    assert.equal((await server.leaseOf("10.50.0.7")).mac, reserved);
    await startContainer(h1, "web2", "blue", "--mac-address", other);
    const web2 = await addressOf(h1, "web2");
    assert.equal((await server.leaseOf(web2)).mac, other);
    await removeAll(h1, ["web", "web2"], []);
    await until("no lease to be left", async () => (await server.leases()).length === 0);
    await startContainer(h1, "web", "blue");
    assert.ok(
      ![reserved, other].includes(await macOf(h1, "web")),
      "a MAC address that somebody chose is nobody else's",
    );
  });

  it("I10 where no server answers, or it gives what is not the network's, no container starts and nothing is left", async () => {
    await makeVlanNetwork();
    const run = () => h1.docker("run", "--rm", "--network", "blue", "busybox:lab", "true");
    const begunMs = performance.now();
    await assert.rejects(run(), /no DHCP server answers/);
    assert.ok(performance.now() - begunMs < 30_000, "within Docker's patience");
    const strange = ["dhcp-range=10.51.0.100,10.51.0.150,255.255.255.0,2m"];
    await h1.sh(
      "ip -n peer0 address replace 10.51.0.1/24 dev peer0; ip -n peer0 address del 10.50.0.1/24 dev peer0",
    );
    try {
      await using server = await LanServer.start(h1, "peer0", ...strange);
      await assert.rejects(
        run(),
        /DHCP server 10\.51\.0\.1 gave 10\.51\.0\.\d+, which cannot be used: .*create the network with the subnet that the LAN has/,
      );
      await until("no lease to be left", async () => (await server.leases()).length === 0);
    } finally {
      await h1.sh("ip -n peer0 address flush dev peer0; ip -n peer0 address add 10.50.0.1/24 dev peer0");
    }
    const held: { purpose: string }[] = JSON.parse(await h1.sh("fairway address ls blue -o json"));
    assert.deepEqual(
      held.map(({ purpose }) => purpose),
      ["gateway"],
    );
  });

  it("I10 a lease that the server takes back is said by the container's status and by doctor, until it is had again", async () => {
    await makeVlanNetwork();
    let server = await LanServer.start(h1, "peer0", ...inVlan);
    await startContainer(h1, "web", "blue");
    const web = await addressOf(h1, "web");
    await server[Symbol.asyncDispose]();
    server = await LanServer.start(h1, "peer0", ...inVlan, `dhcp-host=02:00:00:00:50:09,${web}`);
    const why = /the lease of 10\.50\.0\.1\d\d has ended: the LAN's DHCP server does not give it any more/;
    await until("the status to say it", async () => (await statusOf("web")).some((each) => why.test(each)), {
      timeoutMs: 90_000,
    });
    assert.match((await h1.run(["fairway", "doctor"], { check: false })).stdout, why);
    await server[Symbol.asyncDispose]();
    server = await LanServer.start(h1, "peer0", ...inVlan);
    await until("the lease to be had again", async () => (await statusOf("web")).length === 0, {
      timeoutMs: 60_000,
    });
    await server.leaseOf(web);
    await server[Symbol.asyncDispose]();
  });

  it("I10 N04 on a flat network too, and what cannot be is refused", async () => {
    await using server = await LanServer.start(h1, "peer1", ...untagged);
    await h1.sh("fairway physical-network create lan --type flat");
    await h1.sh("fairway physical-port create lan eth1");
    for (const host of [h1, h2]) await onWire(host);
    const flat = ["-o", "mode=flat", "-o", "physicalnetwork=lan", "-o", "ipam=dhcp"];
    await assert.rejects(createNetwork(h1, "blue", ...flat), /ipam=dhcp needs --subnet/);
    await assert.rejects(
      h1.docker("network", "create", "-d", "fairway", "--subnet", "10.60.0.0/24", ...flat, "blue"),
      /ipam=dhcp needs --ipam-driver fairway/,
    );
    await assert.rejects(
      createNetwork(h1, "blue", "-o", "ipam=dhcp"),
      /ipam=dhcp needs physicalnetwork=NAME/,
    );
    await createNetwork(h1, "blue", "--subnet", "10.60.0.0/24", ...flat);
    await hasNetwork(h2, "blue");
    await startContainer(h2, "db", "blue");
    const db = await addressOf(h2, "db");
    await server.leaseOf(db);
    await ping(h2, "db", "10.60.0.1");
    await h1.sh(`ip netns exec peer1 ping -c 1 -W 5 ${db}`);
    await assert.rejects(h1.sh("fairway port create blue --name printer"), /say which address the port has/);
  });
});

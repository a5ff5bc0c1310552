import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { askName } from "./ask.ts";
import {
  addressOf,
  answers,
  createNetwork,
  hasNetwork,
  macOf,
  ping,
  removeAll,
  startContainer,
} from "./docker-network.ts";
import { inVlan, LanHosts, untagged } from "./lan-hosts.ts";
import { LanServer } from "./lan-server.ts";
import { variant } from "./settings.ts";

describe(`addresses from the LAN's own DHCP server, ${variant}`, () => {
  let hosts: LanHosts;
  let h1: Host;
  let h2: Host;

  before(async () => {
    hosts = await LanHosts.start();
    ({ h1, h2 } = hosts);
  });
  after(() => hosts[Symbol.asyncDispose]());
  afterEach(() => hosts.clear());

  it("I10 containers of a VLAN network hold leases of the LAN's server, with its routes; they are renewed and given back", async () => {
    await using server = await LanServer.start(h1, "peer0", ...inVlan);
    await using frames = hosts.lab.underlay.spawn([
      "tcpdump",
      "-n",
      "-e",
      "-l",
      "-i",
      "wire",
      "vlan and udp port 67",
    ]);
    await frames.printed(/listening on/);
    await hosts.makeVlanNetwork();
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
    await answers(h1, "web", db);
    await h1.sh(`ip netns exec peer0 ping -c 1 -W 5 ${web}`);
    await server.renewed(ofWeb);
    await server.renewed(ofDb);
    assert.deepEqual(await hosts.statusOf("web"), []);
    assert.match(await h1.sh(`fairway address ls blue`), new RegExp(web));
    await h2.docker("rm", "--force", "db");
    await server.freed(db);
    await h1.docker("rm", "--force", "web");
    await server.freed(web);
  });

  it("I10 names of the LAN are asked of the servers that the lease names, by a host that is not on the LAN", async () => {
    const names = ["dhcp-option=6,10.50.0.1", "address=/printer.lan.example/10.50.0.9"];
    await using _server = await LanServer.start(h1, "peer0", ...inVlan, ...names);
    await hosts.makeVlanNetwork();
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

  it("I10 an address and a MAC address that are asked for are leased, or the error says what the server gives", async () => {
    const [reserved, other] = ["02:00:00:00:50:07", "02:00:00:00:50:08"];
    await using server = await LanServer.start(h1, "peer0", ...inVlan, `dhcp-host=${reserved},10.50.0.7`);
    await hosts.makeVlanNetwork();
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

  it("I10 N04 on a flat network too, and what cannot be is refused", async () => {
    await using server = await LanServer.start(h1, "peer1", ...untagged);
    await h1.sh("fairway physical-network create lan --type flat");
    await h1.sh("fairway physical-port create lan eth1");
    await hosts.areOnWire();
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

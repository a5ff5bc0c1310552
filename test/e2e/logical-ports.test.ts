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
  removeAll,
  startContainer,
} from "./docker-network.ts";
import {
  addNamespace,
  createPort,
  inside,
  isSeenOn,
  lease,
  lease6,
  portNames,
  reaches,
  showPort,
} from "./logical-port.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

describe(`ports for anything, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];
  /** Of the containers, by name. */
  let addresses: Readonly<Record<"web" | "db", { readonly v4: string; readonly v6: string }>>;

  const addressesOf = async (host: Host, container: string) => ({
    v4: await addressOf(host, container),
    v6: await address6Of(host, container),
  });

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab, { addresses: { reservation: 30 } });
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd00:1::/64");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    addresses = { web: await addressesOf(h1, "web"), db: await addressesOf(h2, "db") };
    await answers(h1, "web", addresses.db.v4);
    for (const host of [h1, h2]) for (const name of ["static", "client"]) await addNamespace(host, name);
    clean = await Promise.all([h1, h2].map(tracesOf));
  });
  after(() => lab[Symbol.asyncDispose]());
  // What a failed test left is not the next one's.
  afterEach(async () => {
    for (const name of await portNames(h1)) await h1.run(["fairway", "port", "rm", name], { check: false });
  });

  const nothingIsLeft = async () => {
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  };

  it("A05 a namespace with static addresses is on the network beside containers of both hosts, by address and by name", async () => {
    const ifaceId = await createPort(h1, "blue", "vm1", "--ip", "10.1.0.50,fd00:1::50");
    assert.equal(await createPort(h1, "blue", "vm1", "--ip", "10.1.0.50,fd00:1::50"), ifaceId);
    await h2.run(["fairway", "port", "plug", "vm1", "--netns", "static"]);
    const { mac, mtu } = await showPort(h1, "vm1");
    assert.match(
      await inside(h2, "static", "ip", "link", "show", "eth0"),
      new RegExp(`mtu ${mtu} .*${mac}`, "s"),
    );
    for (const { v4, v6 } of Object.values(addresses)) {
      await reaches(h2, "static", v4);
      await reaches(h2, "static", v6);
    }
    for (const address of ["10.1.0.50", "fd00:1::50"]) {
      await answers(h1, "web", address);
      await answers(h2, "db", address);
    }
    await isSeenOn(h1, "vm1", "h2");
    await until("the name web", async () => {
      const words = ["nsenter", "--net=/run/netns/static", "busybox", "nslookup", "web", nameServer];
      return (await h2.run(words, { check: false })).stdout.includes(addresses.web.v4);
    });
    await until("the name vm1", async () => {
      const { data = [] } = await askName(h1, "web", nameServer, "vm1", "A");
      return data.includes("10.1.0.50");
    });
    // What others on the network know of the world it knows as well: its host leads it out.
    await reaches(h2, "static", h1.address);
    await h2.run(["fairway", "port", "unplug", "vm1"]);
    await isSeenOn(h1, "vm1", null);
    await h1.run(["fairway", "port", "rm", "vm1"]);
    await nothingIsLeft();
  });

  it("I09 a DHCP client learns address, mask, gateway, MTU, name server and routes, and reaches containers on both hosts", async () => {
    await createPort(h1, "blue", "vm2", "--ip", "10.1.0.60");
    await h1.run(["fairway", "port", "plug", "vm2", "--netns", "client", "--name", "net0", "--dhcp"]);
    const { mtu, addresses: own } = await showPort(h1, "vm2");
    const told = await lease(h1, "client", "net0");
    assert.equal(told.get("ip"), "10.1.0.60");
    assert.equal(told.get("mask"), "24");
    assert.equal(told.get("router"), "10.1.0.1");
    assert.equal(told.get("mtu"), String(mtu));
    assert.equal(told.get("dns"), nameServer);
    assert.equal(told.get("staticroutes"), `${nameServer}/32 10.1.0.1 0.0.0.0/0 10.1.0.1`);
    for (const { v4 } of Object.values(addresses)) await reaches(h1, "client", v4);
    await answers(h2, "db", "10.1.0.60");

    const v6 = own.find((address) => address.includes(":")) ?? "";
    const [bare = ""] = v6.split("/");
    assert.deepEqual(await lease6(h1, "client", "net0"), { addresses: [bare], dns: [] });
    await inside(h1, "client", "ip", "address", "add", v6, "dev", "net0", "nodad");
    await until("the router's own advertisement", async () =>
      /^default via fe80::.* proto ra/m.test(
        await inside(h1, "client", "ip", "-6", "route", "show", "default"),
      ),
    );
    for (const { v6: other } of Object.values(addresses)) await reaches(h1, "client", other);
    // A container asks in vain: its addresses are its engine's matter.
    const refused = await h1.run(
      ["docker", "exec", "web", "udhcpc", "-n", "-q", "-t", "2", "-T", "1", "-i", "eth0", "-s", "/bin/true"],
      { check: false },
    );
    assert.notEqual(refused.code, 0);
    await h1.run(["fairway", "port", "rm", "vm2"]);
    await nothingIsLeft();
    assert.doesNotMatch(await inside(h1, "client", "ip", "link"), /net0/);
  });

  it("A05 an interface that somebody else plugs by the iface-id is on the network, and is nobody's to remove", async () => {
    const ifaceId = await createPort(h1, "blue", "vm3");
    const { mac, addresses: own } = await showPort(h1, "vm3");
    await h2.sh(`ovs-vsctl add-port br-int vm3 -- set Interface vm3 type=internal external_ids:iface-id=${ifaceId}
      ip link set vm3 address ${mac} netns client
      nsenter --net=/run/netns/client ip link set vm3 up`);
    assert.equal((await lease(h2, "client", "vm3")).get("ip"), own[0]?.split("/")[0]);
    await reaches(h2, "client", addresses.web.v4);
    await isSeenOn(h1, "vm3", "h2");
    await h1.run(["fairway", "port", "rm", "vm3"]);
    assert.equal((await h2.sh("ovs-vsctl iface-to-br vm3")).trim(), "br-int");
    await h2.sh("ovs-vsctl del-port vm3");
    await nothingIsLeft();
  });

  it("A05 a port of one host is plugged there alone", async () => {
    const ifaceId = await createPort(h1, "blue", "vm4", "--host", "h2");
    const elsewhere = await h1.run(["fairway", "port", "plug", "vm4", "--netns", "static"], { check: false });
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.stderr, /port vm4 may be plugged on host h2 alone; this is h1/);
    assert.match(
      await h1.sh(`ovn-nbctl get Logical_Switch_Port ${ifaceId} options`),
      /requested-chassis="?h2"?/,
    );
    await h2.run(["fairway", "port", "plug", "vm4", "--netns", "static", "--name", "lan0"]);
    await reaches(h2, "static", addresses.web.v4);
    await h1.run(["fairway", "port", "rm", "vm4"]);
    await nothingIsLeft();
  });

  it("A05 a plugged port outlives a stop, a kill -9 and a sweep of Fairway, and comes back when its port was deleted", async () => {
    await createPort(h1, "blue", "vm5");
    await h2.run(["fairway", "port", "plug", "vm5", "--netns", "static"]);
    const [v4 = ""] = (await showPort(h1, "vm5")).addresses.map((address) => address.split("/")[0] ?? "");
    await answers(h1, "web", v4);
    for (const host of [h2, h1]) {
      await host.daemon("fairway").kill();
      await host.daemon("fairway").start();
      await host.daemon("fairway").stop();
      await host.daemon("fairway").start();
    }
    await until(
      "both hosts",
      async () => (await h1.run(["fairway", "port", "show", "vm5"], { check: false })).code === 0,
    );
    assert.match(await h2.sh("fairway cleanup"), /Nothing is left over/);
    await answers(h1, "web", v4);
    await h2.sh(
      "ovs-vsctl del-port $(ovs-vsctl --bare --columns=name find Interface external_ids:iface-id=$(fairway port show vm5 | sed -n 's/^iface-id: *//p'))",
    );
    await answers(h1, "web", v4);
    // The namespace goes, and with it all that was plugged there; the port stays.
    await h2.sh("ip netns delete static");
    await isSeenOn(h1, "vm5", null);
    await addNamespace(h2, "static");
    await h1.run(["fairway", "port", "rm", "vm5"]);
    await nothingIsLeft();
  });

  it("A05 a network waits for its ports before it goes", async () => {
    await createPort(h1, "blue", "vm6");
    await removeAll(h1, ["web"], []);
    await removeAll(h2, ["db"], []);
    await h1.run(["fairway", "network", "rm", "blue"]);
    assert.match(await h1.sh("fairway network show blue"), /still used by port vm6/);
    await h1.run(["fairway", "port", "rm", "vm6"]);
    await until("the network's end", async () => !(await h1.sh("fairway network ls")).includes("blue"));
    assert.equal((await h1.sh("ovn-nbctl --bare --columns=_uuid list DHCP_Options")).trim(), "");
  });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { v7 } from "uuid";
import { linkAlias, linkNames } from "../../../src/agent/ports/link-names.ts";
import { Links } from "../../../src/agent/ports/links.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { disableTransmitChecksumOffload } from "../../../src/host/offload.ts";
import { enterPrivateNetwork, startNetwork } from "../private-network.ts";

enterPrivateNetwork();
const run = promisify(execFile);
const netlink = new Netlink();
const links = new Links(netlink);
after(() => netlink[Symbol.dispose]());

const mac = "02:42:ac:11:00:02";
const mtu = 1442;

test("a pair has its MAC address, its MTU, its mark, and the host's end up", async () => {
  const endpoint = v7();
  const names = await links.create({ endpoint, mac, mtu });
  const host = await links.find(names.host);
  const container = await links.find(names.container);
  assert.deepEqual([host?.up, host?.mtu, host?.alias], [true, mtu, linkAlias(endpoint)]);
  assert.deepEqual(
    [container?.up, container?.mtu, container?.alias, container?.mac],
    [false, mtu, linkAlias(endpoint), mac],
  );
  await links.delete(endpoint);
  assert.equal(await links.find(names.container), undefined);
});

test("making a pair twice makes one, deleting twice succeeds", async () => {
  const endpoint = v7();
  const first = await links.create({ endpoint, mac, mtu });
  const index = (await links.find(first.host))?.index;
  assert.deepEqual(await links.create({ endpoint, mac, mtu }), first);
  assert.equal((await links.find(first.host))?.index, index);
  await links.delete(endpoint);
  await links.delete(endpoint);
});

test("a pair whose container end was moved away is kept, found and removed", async () => {
  const endpoint = v7();
  const names = await links.create({ endpoint, mac, mtu });
  const inside = await startNetwork();
  try {
    await run("ip", ["link", "set", names.container, "netns", String(inside.pid)]);
    await links.create({ endpoint, mac, mtu });
    assert.equal(await links.find(names.container), undefined);
    assert.ok((await links.list()).has(endpoint));
    await links.delete(endpoint);
    assert.equal(await links.find(names.host), undefined);
  } finally {
    inside.kill();
  }
});

test("D05 both ends' MTU is lowered, also where the container's end was moved away and renamed; a smaller one stays", async () => {
  const endpoint = v7();
  const names = await links.create({ endpoint, mac, mtu });
  await links.shrink(endpoint, mtu - 10);
  assert.deepEqual(
    [(await links.find(names.host))?.mtu, (await links.find(names.container))?.mtu],
    [mtu - 10, mtu - 10],
  );
  const [inside, other] = [await startNetwork(), await startNetwork()];
  const there = ["--target", String(inside.pid), "--net"];
  const mtuThere = async () => (await run("nsenter", [...there, "ip", "link", "show", "eth7"])).stdout;
  try {
    await run("ip", ["link", "set", names.container, "netns", String(inside.pid)]);
    await run("nsenter", [...there, "ip", "link", "set", names.container, "name", "eth7", "up"]);
    await links.shrink(endpoint, mtu - 50);
    assert.equal((await links.find(names.host))?.mtu, mtu - 50);
    assert.match(await mtuThere(), new RegExp(`mtu ${mtu - 50} `));
    await run("nsenter", [...there, "ip", "link", "set", "eth7", "mtu", "1280"]);
    await links.shrink(endpoint, mtu - 60);
    assert.equal((await links.find(names.host))?.mtu, mtu - 60);
    assert.match(await mtuThere(), /mtu 1280 /);
    await links.delete(endpoint);
  } finally {
    inside.kill();
    other.kill();
  }
  await links.shrink(endpoint, 1_280);
});

test("X09 a foreign link is neither taken, nor changed, nor removed", async () => {
  const endpoint = v7();
  const { host } = linkNames(endpoint);
  await run("ip", ["link", "add", host, "type", "veth", "peer", "name", "other"]);
  await run("ip", ["link", "set", host, "alias", "somebody else's"]);
  const before = await links.find(host);
  await assert.rejects(links.create({ endpoint, mac, mtu }), /exists and is not Fairway's/);
  await links.delete(endpoint);
  assert.deepEqual(await links.find(host), before);
  assert.ok(!(await links.list()).has(endpoint));
  await run("ip", ["link", "del", host]);
});

test("many pairs at once", async () => {
  const endpoints = Array.from({ length: 64 }, () => v7());
  await Promise.all(endpoints.map((endpoint) => links.create({ endpoint, mac, mtu })));
  assert.deepEqual(new Set((await links.list()).keys()), new Set(endpoints));
  await Promise.all(endpoints.map((endpoint) => links.delete(endpoint)));
  assert.equal((await links.list()).size, 0);
});

test("the kernel's refusal names the link and the reason", async () => {
  await assert.rejects(
    links.create({ endpoint: v7(), mac, mtu: 12 }),
    /Could not make the veth pair fw.*: EINVAL/,
  );
});

test("transmit checksum offload is off after it was switched off", async () => {
  const endpoint = v7();
  const { host, container } = await links.create({ endpoint, mac, mtu });
  const features = async () => (await run("ethtool", ["-k", container])).stdout;
  assert.match(await features(), /^tx-checksumming: on$/m);
  assert.equal(await disableTransmitChecksumOffload(container), true);
  assert.equal(await disableTransmitChecksumOffload(host), true);
  assert.match(await features(), /^tx-checksumming: off$/m);
  await links.delete(endpoint);
  assert.equal(await disableTransmitChecksumOffload(container), false);
});

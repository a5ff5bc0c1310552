import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ask, attribute, decodeLink, linkBody } from "../../../src/host/netlink/link.ts";
import {
  addressText,
  gatewaysOf,
  isShared,
  moveConfiguration,
  readLinkConfiguration,
  validForSeconds,
} from "../../../src/host/netlink/link-configuration.ts";
import { messageType } from "../../../src/host/netlink/message.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { addVlanLink, vlanLinkBody } from "../../../src/host/netlink/vlan-link.ts";
import { sh } from "../../agent/chassis-network.ts";
import { enterPrivateNetwork } from "../../agent/private-network.ts";

enterPrivateNetwork();
const netlink = new Netlink();
after(() => netlink[Symbol.dispose]());

const indexOf = async (name: string) => {
  const body = linkBody([[attribute.name, name]]);
  const [found] = await ask(netlink, [{ type: messageType.getLink, body }]);
  return found.bodies.map(decodeLink)[0]?.index ?? 0;
};

/** What a link has, without its name. */
const show = async (link: string) =>
  (
    await sh(`ip -o address show dev ${link} | grep -v fe80 | sed 's/^[0-9]*: //' || true
      ip route show dev ${link}; ip -6 route show dev ${link} | grep -v -e fe80 -e ff00 || true
      ip route show table 77 dev ${link} 2>/dev/null || true; ip neighbour show nud permanent dev ${link}`)
  ).replaceAll(link, "LINK");

test("P12 addresses, routes and neighbours of a link are moved to another one and back as they were", async () => {
  await sh(`ip link add nic type veth peer name far1; ip link add port type veth peer name far2
    for link in nic far1 port far2; do ip link set $link up; done
    ip address add 192.0.2.5/24 broadcast 192.0.2.255 dev nic metric 20; ip address add 198.51.100.1/31 dev nic
    ip address add fd01::5/64 dev nic nodad; ip address add fd02::5/64 dev nic nodad noprefixroute
    ip route add default via 192.0.2.1 metric 100 src 192.0.2.5 mtu 1400 advmss 1300
    ip route add 203.0.113.0/24 via 198.51.100.0; ip route add 10.8.0.0/16 via 10.9.0.1 dev nic onlink
    ip route add 10.7.0.0/16 dev nic scope link proto static; ip route add 10.6.0.0/16 via 192.0.2.9 table 77
    ip -6 route add default via fd01::1 metric 90; ip -6 route add fd03::/64 via fe80::1 dev nic
    ip neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev nic`);
  const before = await show("nic");
  const [from, to] = [await indexOf("nic"), await indexOf("port")];
  const had = await readLinkConfiguration(netlink, from);
  assert.deepEqual(had.addresses.map(addressText).toSorted(), [
    "192.0.2.5/24",
    "198.51.100.1/31",
    "fd01::5/64",
    "fd02::5/64",
  ]);
  assert.deepEqual(gatewaysOf(had.routes).toSorted(), [
    "10.9.0.1",
    "192.0.2.1",
    "192.0.2.9",
    "198.51.100.0",
    "fd01::1",
    "fe80::1",
  ]);
  assert.ok(!had.routes.some(isShared));
  await moveConfiguration(netlink, had, { from, to: { index: to, name: "port" } });
  assert.equal(await sh("ip -o address show dev nic | grep -v fe80 || true"), "");
  assert.equal(await show("port"), before);
  // A second time, as after a crash.
  await moveConfiguration(netlink, had, { from, to: { index: to, name: "port" } });
  assert.equal(await show("port"), before);
  const moved = await readLinkConfiguration(netlink, to);
  await moveConfiguration(netlink, moved, { from: to, to: { index: from, name: "nic" } });
  assert.equal(await show("nic"), before);
  assert.equal(await sh("ip -o address show dev port | grep -v fe80 || true"), "");
});

test("P12 an address that ends, and a route by several links, are known as such", async () => {
  await sh(`ip address add 192.0.2.77/24 dev far1 valid_lft 600 preferred_lft 600
    ip route add 10.5.0.0/16 nexthop dev far1 nexthop dev far2`);
  const { addresses, routes } = await readLinkConfiguration(netlink, await indexOf("far1"));
  const seconds = validForSeconds(addresses[0] ?? Buffer.alloc(0)) ?? 0;
  assert.ok(seconds > 590 && seconds <= 600);
  assert.equal(routes.filter(isShared).length, 1);
});

test("P12 an interface for a VLAN is asked for as iproute2 does; a kernel without them says what is missing", async (t) => {
  const link = { name: "far1.1001", parent: 7, vlan: 1001, alias: "fairway-vlan/office" };
  // `ip link add link far1 name far1.1001 up type vlan id 1001`, behind `struct ifinfomsg`.
  const expected =
    "0800050007000000" +
    "0e000300666172312e3130303100".padEnd(32, "0") +
    "1c001280" +
    "09000100766c616e00".padEnd(24, "0") +
    "0c000280" +
    "06000100e9030000";
  assert.equal(vlanLinkBody(link).subarray(16).toString("hex"), expected);
  const made = await addVlanLink(netlink, { ...link, parent: await indexOf("far1") }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (made === undefined) {
    assert.match(await sh("ip -d link show dev far1.1001"), /vlan protocol 802\.1Q id 1001/);
    return;
  }
  assert.ok(made instanceof Error);
  assert.match(made.message, /this kernel has no VLAN interfaces \(module 8021q\)/);
  t.diagnostic("skipped: this kernel makes no VLAN interfaces (module 8021q)");
});

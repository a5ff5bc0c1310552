import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "@fairway/ovsdb";
import type { PhysicalNetworkSpec } from "../../../src/center/schemas/physical-network-spec.ts";
import { groupsOf } from "../../../src/compile/northbound/multicast.ts";
import { linkLocalOf } from "../../../src/identity.ts";
import { make } from "../../center/networks/made-with-options.ts";
import { root, TestCenter } from "../../center.ts";

test("R09 the switch asks in the gateway's name, by IPv4 and IPv6; without the option it knows no groups", async () => {
  await using center = await TestCenter.start();
  const { network } = await make(center, { multicast: "yes" });
  const { view } = center.store;
  const row = view.get("Network", network.uuid);
  assert.ok(row);
  const { mcast_eth_src: mac = "", ...groups } = groupsOf(view, row);
  assert.deepEqual(groups, {
    mcast_snoop: "true",
    mcast_querier: "true",
    mcast_ip4_src: "192.168.1.1",
    mcast_ip6_src: linkLocalOf(mac),
    mcast_query_interval: "30",
    mcast_idle_timeout: "95",
  });
  await center.service.networks.update(network.uuid, { multicast: false }, {}, root);
  const after = view.get("Network", network.uuid);
  assert.ok(after);
  assert.deepEqual(groupsOf(view, after), {});
});

test("R09 Northbound follows a change of the option", async () => {
  await using center = await TestCenter.start();
  const { network } = await make(center, {});
  const snoops = async () => {
    await center.settled();
    const row = {
      op: "select",
      table: "Logical_Switch",
      where: [["name", "==", network.uuid]],
      columns: ["other_config"],
    };
    return JSON.stringify(await center.client.transact("OVN_Northbound", [row as Operation])).includes(
      '["mcast_snoop","true"]',
    );
  };
  assert.equal(await snoops(), false);
  await center.service.networks.update(network.uuid, { options: { multicast: "true" } }, {}, root);
  assert.equal(await snoops(), true);
  await center.service.networks.update(network.uuid, { options: { multicast: null } }, {}, root);
  assert.equal(await snoops(), false);
});

test("R09 a network on a wire leaves groups to the wire's switches: the option is refused", async () => {
  await using center = await TestCenter.start();
  const lan = {
    type: "flat",
    ranges: [],
    peers: [],
    tunnelPort: null,
    mtu: null,
    options: {},
  } satisfies PhysicalNetworkSpec;
  await center.service.physicalNetworks.create("lan", lan, {}, root);
  const asked = { name: "blue", physicalNetwork: "lan", subnets: [{ cidr: "10.1.0.0/24" }] };
  const refused = { code: "invalid", message: /option multicast=true is not for networks on a wire/ };
  await assert.rejects(center.service.networks.create({ ...asked, multicast: true }, {}, root), refused);
  await center.service.networks.create(asked, {}, root);
  await assert.rejects(center.service.networks.update("blue", { multicast: true }, {}, root), refused);
});

test("R09 a link-local address follows from a MAC address as RFC 4291 says", () => {
  assert.equal(linkLocalOf("34:56:78:9a:bc:de"), "fe80::3656:78ff:fe9a:bcde");
});

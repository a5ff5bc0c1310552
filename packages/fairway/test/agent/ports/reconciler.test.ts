import assert from "node:assert/strict";
import { test } from "node:test";
import { linkNames } from "../../../src/agent/ports/link-names.ts";
import { Links } from "../../../src/agent/ports/links.ts";
import { Plugger } from "../../../src/agent/ports/plugger.ts";
import { Ports } from "../../../src/agent/ports/ports.ts";
import { Reconciler } from "../../../src/agent/ports/reconciler.ts";
import { Troubles } from "../../../src/agent/state/troubles.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { openOpenVSwitch } from "../../../src/host/open-vswitch/open-vswitch.ts";
import { until } from "../chassis.ts";
import { sh } from "../chassis-network.ts";
import { quiet } from "../stub-center.ts";
import { agent, aWhile, center, chassis, links, netlink, plug, portsOfBridge } from "./agent-on-chassis.ts";
import { addLogicalPort, endpointAt, endpointItem } from "./endpoint-ports.ts";

test("X06 a port that somebody deleted is made again; a foreign one is not touched", async () => {
  const { port } = await plug(7);
  const { host } = linkNames(port.endpoint);
  center.set([endpointItem(port)]);
  await chassis.vsctl("add-port", "br-int", "foreign", "--", "set", "Interface", "foreign", "type=internal");
  await chassis.vsctl("del-port", "br-int", host);
  await until("the port again", async () => {
    assert.match(await chassis.vsctl("get", "Interface", host, "external_ids"), /ovn-installed="true"/);
  });
  assert.ok((await portsOfBridge()).includes("foreign"));
  await agent.unplug(port.endpoint);
});

test("M07 a port that must be down leaves the bridge and its link stays; it comes back when it may", async () => {
  const { port } = await plug(13);
  const { host } = linkNames(port.endpoint);
  center.set([{ ...endpointItem(port), down: "down: its address was given away" }]);
  await until("the port's end", async () => assert.ok(!(await portsOfBridge()).includes(host)));
  assert.notEqual(await links.find(host), undefined);
  center.set([endpointItem(port)]);
  await until("the port again", async () => {
    assert.match(await chassis.vsctl("get", "Interface", host, "external_ids"), /ovn-installed="true"/);
  });
  await agent.unplug(port.endpoint);
});

test("X05 ports come back after the integration bridge was removed", async () => {
  const { port } = await plug(10);
  const { host } = linkNames(port.endpoint);
  center.set([endpointItem(port)]);
  await chassis.vsctl("del-br", "br-int");
  await until("the port again", async () => {
    assert.match(await chassis.vsctl("get", "Interface", host, "external_ids"), /ovn-installed="true"/);
  });
  await agent.unplug(port.endpoint);
});

test("S03 a running container's link that lets router advertisements through is guarded, where the network says so", async () => {
  await using openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
  const { replica } = openVSwitch;
  await replica.synced(aWhile());
  const [guarded, open] = [await plug(16), await plug(17)];
  const items = new Map<string, HostItem>();
  items.set("guarded", { ...endpointItem(guarded.port), isGuarded: true, key: "guarded" });
  items.set("open", { ...endpointItem(open.port), key: "open" });
  center.set([endpointItem(guarded.port), endpointItem(open.port)]);
  const ports = new Ports(openVSwitch, "br-int");
  const own = new Plugger({ links, ports, api: center, logger: quiet });
  const troubles = new Troubles(() => undefined);
  const state = { items, isFresh: true, isUnreadable: () => false };
  await using reconciler = new Reconciler({
    state,
    plugger: own,
    links,
    ports,
    replica,
    troubles,
    logger: quiet,
  });
  const filters = ({ port }: typeof open) => sh(`tc filter show dev ${linkNames(port.endpoint).host} egress`);
  for (const harm of ["true", `tc qdisc delete dev ${linkNames(guarded.port.endpoint).host} clsact`]) {
    await sh(harm);
    assert.equal(await filters(guarded), "");
    await until(`the guard after ${harm}`, async () => {
      reconciler.follow();
      assert.match(await filters(guarded), /ipv6 .* direct-action .* bytecode /);
    });
  }
  assert.equal(await filters(open), "");
  // It would make the ports again.
  await reconciler[Symbol.asyncDispose]();
  await Promise.all([guarded, open].map(({ port }) => agent.unplug(port.endpoint)));
});

test("a port and a link that belong to no endpoint are removed once the center says so for a while", async () => {
  const openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
  const { replica } = openVSwitch;
  await replica.synced(aWhile());
  const ports = new Ports(openVSwitch, "br-int");
  const own = new Plugger({ links, ports, api: center, logger: quiet });
  const [plugged, linkOnly] = [endpointAt(11), endpointAt(12)];
  await addLogicalPort(chassis, plugged);
  await own.plug(plugged, aWhile());
  await links.create(linkOnly);
  const state = { items: new Map<string, HostItem>(), isFresh: false, isUnreadable: () => false };
  const troubles = new Troubles(() => undefined);
  const parts = { state, plugger: own, links, ports, replica, troubles, logger: quiet, graceMs: 50 };
  const reconciler = new Reconciler(parts);
  const look = async () => {
    reconciler.trigger();
    return (await links.list()).size;
  };
  for (let round = 0; round < 10; round++) assert.equal(await look(), 2, "removed without the center's word");
  state.isFresh = true;
  await until("both gone", async () => assert.equal(await look(), 0));
  assert.ok(!(await portsOfBridge()).includes(linkNames(plugged.endpoint).host));
  await reconciler[Symbol.asyncDispose]();
  await openVSwitch[Symbol.asyncDispose]();
});

test("a changed endpoint that is as it should be is no occasion to look at the others", async () => {
  const openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
  const { replica } = openVSwitch;
  await replica.synced(aWhile());
  const asked = new Set<string>();
  class WatchedPorts extends Ports {
    override has(endpoint: string): boolean {
      asked.add(endpoint);
      return super.has(endpoint);
    }
  }
  let looks = 0;
  class CountedLinks extends Links {
    override list() {
      looks++;
      return super.list();
    }
  }
  const own = new Plugger({ links, ports: new Ports(openVSwitch, "br-int"), api: center, logger: quiet });
  const [plugged, linkless] = [endpointAt(14), endpointAt(15)];
  await addLogicalPort(chassis, plugged);
  await own.plug(plugged, aWhile());
  const items = new Map<string, HostItem>(
    [plugged, linkless].map(endpointItem).map((item) => [item.key, item]),
  );
  const reconciler = new Reconciler({
    state: { items, isFresh: true, isUnreadable: () => false },
    troubles: new Troubles(() => undefined),
    plugger: own,
    links: new CountedLinks(netlink),
    ports: new WatchedPorts(openVSwitch, "br-int"),
    replica,
    logger: quiet,
  });
  reconciler.follow([endpointItem(plugged).key]);
  await until("a look at the one", () => assert.ok(asked.has(plugged.endpoint)));
  assert.equal(looks, 0);
  reconciler.follow([endpointItem(linkless).key]);
  await until("a look at all", () => assert.ok(reconciler.linkless.has(linkless.endpoint)));
  await reconciler[Symbol.asyncDispose]();
  await own.unplug(plugged.endpoint);
  await openVSwitch[Symbol.asyncDispose]();
});

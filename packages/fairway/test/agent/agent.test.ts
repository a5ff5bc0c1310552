import assert from "node:assert/strict";
import { after, test } from "node:test";
import { v7 } from "uuid";
import { Agent } from "../../src/agent/agent.ts";
import { linkNames } from "../../src/agent/link-names.ts";
import { Links } from "../../src/agent/links.ts";
import { Netlink } from "../../src/agent/netlink.ts";
import { openOpenVSwitch } from "../../src/agent/open-vswitch.ts";
import { Ports } from "../../src/agent/ports.ts";
import { Reconciler } from "../../src/agent/reconcile.ts";
import { Troubles } from "../../src/agent/troubles.ts";
import type { EndpointProgress, HostItem } from "../../src/api/types.ts";
import { startChassis, until } from "./chassis.ts";
import { enterPrivateNetwork } from "./private-network.ts";
import { startAgentOn } from "./start-agent.ts";
import { quiet, StubCenter } from "./stub-center.ts";

enterPrivateNetwork();
const chassis = await startChassis();
const center = new StubCenter();
const agent = startAgentOn(chassis, center);
const netlink = new Netlink();
const links = new Links(netlink);
await chassis.nbctl("ls-add", "switch");
after(async () => {
  await agent[Symbol.asyncDispose]();
  netlink[Symbol.dispose]();
  await chassis[Symbol.asyncDispose]();
});

const aWhile = () => AbortSignal.timeout(8_000);

function endpointAt(last: number) {
  const endpoint = v7();
  const mac = `02:42:ac:11:00:${last.toString(16).padStart(2, "0")}`;
  return { endpoint, mac, mtu: 1400, request: `request-${last}` };
}

/** As control does it: the logical port bears the endpoint's UUID as its name. */
async function addLogicalPort({ endpoint, mac }: { endpoint: string; mac: string }): Promise<void> {
  await chassis.nbctl("lsp-add", "switch", endpoint, "--", "lsp-set-addresses", endpoint, mac);
}

async function plug(last: number) {
  const port = endpointAt(last);
  await addLogicalPort(port);
  return { port, plugged: await agent.plug(port, aWhile()) };
}

const portsOfBridge = async () => (await chassis.vsctl("list-ports", "br-int")).split("\n");

test("a plugged port is installed by OVN, and is gone after unplugging", async () => {
  const { port, plugged } = await plug(2);
  const { host, container } = linkNames(port.endpoint);
  assert.equal(plugged.interfaceName, container);
  const ids = await chassis.vsctl("get", "Interface", host, "external_ids");
  for (const id of [`iface-id="${port.endpoint}"`, `attached-mac="${port.mac}"`, 'ovn-installed="true"'])
    assert.ok(ids.includes(id), `${id} in ${ids}`);
  assert.ok(plugged.stages.installedMs < 5_000);
  await agent.unplug(port.endpoint);
  await agent.unplug(port.endpoint);
  assert.ok(!(await portsOfBridge()).includes(host));
  assert.equal(await links.find(host), undefined);
});

test("M04 with peers on other hosts a port waits for the center's word that OVN has told them, and no longer than 2 s", async () => {
  const port = { ...endpointAt(8), hasPeers: true };
  await addLogicalPort(port);
  const told = Promise.withResolvers<EndpointProgress>();
  center.progress = told.promise;
  let plugged = false;
  const plugging = agent.plug(port, aWhile()).finally(() => {
    plugged = true;
  });
  await until("ovn-installed", async () => {
    const { host } = linkNames(port.endpoint);
    assert.match(await chassis.vsctl("get", "Interface", host, "external_ids"), /ovn-installed="true"/);
  });
  assert.equal(plugged, false);
  told.resolve({ stage: "up", detail: "its host has told OVN" });
  const { stages } = await plugging;
  assert.ok(stages.peersMs >= 10 && stages.peersMs < 2_000, String(stages.peersMs));
  await agent.unplug(port.endpoint);

  center.progress = new Promise(() => undefined);
  const silent = { ...endpointAt(9), hasPeers: true };
  await addLogicalPort(silent);
  const late = await agent.plug(silent, aWhile());
  assert.ok(late.stages.peersMs >= 1_990, String(late.stages.peersMs));
  await agent.unplug(silent.endpoint);

  const alone = endpointAt(10);
  await addLogicalPort(alone);
  assert.ok((await agent.plug(alone, aWhile())).stages.peersMs < 1, "alone it waits for nobody");
  await agent.unplug(alone.endpoint);
  center.progress = { stage: "intent", detail: "control is at work" };
});

test("prepared ports and concurrent calls share one attempt", async () => {
  const port = endpointAt(3);
  agent.prepare(port);
  const waiting = [agent.plug(port, aWhile()), agent.plug(port, aWhile())];
  await addLogicalPort(port);
  const [one, other] = await Promise.all(waiting);
  assert.equal(one, other);
  await agent.unplug(port.endpoint);
});

test("who gives up waiting does not end the attempt", async () => {
  const port = endpointAt(4);
  await assert.rejects(agent.plug(port, AbortSignal.timeout(50)), { name: "TimeoutError" });
  await addLogicalPort(port);
  assert.equal((await agent.plug(port, aWhile())).interfaceName, linkNames(port.endpoint).container);
  await agent.unplug(port.endpoint);
});

test("unplugging ends an attempt that is under way and leaves nothing", async () => {
  const port = endpointAt(5);
  const plugging = agent.plug(port, aWhile());
  await until("the port", async () =>
    assert.ok((await portsOfBridge()).includes(linkNames(port.endpoint).host)),
  );
  await Promise.all([assert.rejects(plugging, /was removed meanwhile/), agent.unplug(port.endpoint)]);
  assert.ok(!(await portsOfBridge()).includes(linkNames(port.endpoint).host));
  assert.equal(await links.find(linkNames(port.endpoint).host), undefined);
});

test("X09 a foreign port of the same name is a conflict and stays", async () => {
  const port = endpointAt(6);
  const { host } = linkNames(port.endpoint);
  await chassis.vsctl("--no-wait", "add-port", "br-int", host);
  await assert.rejects(agent.plug(port, aWhile()), /A foreign port of Open vSwitch is in the way/);
  await agent.unplug(port.endpoint);
  assert.ok((await portsOfBridge()).includes(host));
  await chassis.vsctl("del-port", "br-int", host);
});

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

test("a port and a link that belong to no endpoint are removed once the center says so for a while", async () => {
  const openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
  const { replica } = openVSwitch;
  await replica.synced(aWhile());
  const ports = new Ports(openVSwitch, "br-int");
  const own = new Agent({ links, ports, api: center, logger: quiet });
  const [plugged, linkOnly] = [endpointAt(11), endpointAt(12)];
  await addLogicalPort(plugged);
  await own.plug(plugged, aWhile());
  await links.create(linkOnly);
  const state = { items: new Map<string, HostItem>(), isFresh: false, isUnreadable: () => false };
  const troubles = new Troubles(() => undefined);
  const parts = { state, agent: own, links, ports, replica, troubles, logger: quiet, graceMs: 50 };
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

test("a port that is being lowered is busy, and is lowered once; its link goes where the endpoint is removed meanwhile", async () => {
  const openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
  await using _ = openVSwitch;
  await openVSwitch.replica.synced(aWhile());
  let removals = 0;
  class CountedPorts extends Ports {
    override remove(...words: Parameters<Ports["remove"]>): Promise<void> {
      removals++;
      return super.remove(...words);
    }
  }
  const own = new Agent({
    links,
    ports: new CountedPorts(openVSwitch, "br-int"),
    api: center,
    logger: quiet,
  });
  const plugged = endpointAt(21);
  const { endpoint } = plugged;
  await addLogicalPort(plugged);
  await own.plug(plugged, aWhile());
  const lowering = [own.lower(endpoint), own.lower(endpoint)];
  assert.equal(own.isBusy(endpoint), true);
  await Promise.all(lowering);
  assert.equal(own.isBusy(endpoint), false);
  assert.equal(removals, 1);
  assert.ok((await links.list()).has(endpoint), "the link is the container's");
  assert.ok(!(await portsOfBridge()).includes(linkNames(endpoint).host));
  await own.restore(plugged);
  const ends = [own.lower(endpoint), own.unplug(endpoint), own.lower(endpoint)];
  await Promise.all(ends);
  assert.equal(own.isBusy(endpoint), false);
  assert.ok(!(await links.list()).has(endpoint));
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
  const own = new Agent({ links, ports: new Ports(openVSwitch, "br-int"), api: center, logger: quiet });
  const [plugged, linkless] = [endpointAt(14), endpointAt(15)];
  await addLogicalPort(plugged);
  await own.plug(plugged, aWhile());
  const items = new Map<string, HostItem>(
    [plugged, linkless].map(endpointItem).map((item) => [item.key, item]),
  );
  const reconciler = new Reconciler({
    state: { items, isFresh: true, isUnreadable: () => false },
    troubles: new Troubles(() => undefined),
    agent: own,
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

test("many ports at once", async () => {
  const ports = Array.from({ length: 32 }, (_, index) => endpointAt(index + 32));
  for (const port of ports) await addLogicalPort(port);
  const plugged = await Promise.all(ports.map((port) => agent.plug(port, aWhile())));
  assert.equal(new Set(plugged.map(({ interfaceName }) => interfaceName)).size, ports.length);
  await Promise.all(ports.map(({ endpoint }) => agent.unplug(endpoint)));
});

test("the host is registered with what it is, and again when that changes", async () => {
  const first = await until("the registration", () => center.registered.at(-1) ?? assert.fail());
  assert.equal(first.systemId, "chassis");
  assert.equal(first.tunnelAddress, "127.0.0.1");
  assert.equal(first.versions?.["datapath"], "netdev");
  await chassis.vsctl("set", "Open_vSwitch", ".", "ovs_version=9.9.9");
  await until("the change", () => assert.equal(center.registered.at(-1)?.versions?.["openvswitch"], "9.9.9"));
});

test("an error of time says which stage did not finish and why", async () => {
  const openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
  await openVSwitch.replica.synced(aWhile());
  const ports = new Ports(openVSwitch, "br-int");
  const hasty = new Agent({ links, ports, api: center, logger: quiet, plugBoundMs: 200 });
  const port = endpointAt(8);
  await assert.rejects(hasty.plug(port, aWhile()), {
    code: "timeout",
    message: `Endpoint ${port.endpoint} is not ready after 0.2 s: it is not in OVN's Northbound yet (control is at work)`,
  });
  center.progress = { stage: "northbound", detail: "switch" };
  await assert.rejects(
    hasty.plug(port, aWhile()),
    /in OVN's Northbound \(switch\), but this host's ovn-controller/,
  );
  await hasty.unplug(port.endpoint);
  await openVSwitch[Symbol.asyncDispose]();
});

test("Open vSwitch's refusal of a link fails at once", async () => {
  const openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
  await openVSwitch.replica.synced(aWhile());
  const ports = new Ports(openVSwitch, "br-int");
  const { endpoint, mac } = endpointAt(9);
  await ports.add({ endpoint, mac }, aWhile());
  await assert.rejects(ports.installed(endpoint, aWhile()), /Open vSwitch: could not open network device fw/);
  await ports.remove(endpoint, aWhile());
  await openVSwitch[Symbol.asyncDispose]();
});

function endpointItem(port: { endpoint: string; mac: string; mtu: number; request: string }) {
  const key = `endpoint/${port.endpoint}`;
  return { key, kind: "endpoint", ...port, network: v7(), addresses: [], engine: null } satisfies HostItem;
}

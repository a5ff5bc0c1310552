import assert from "node:assert/strict";
import { test } from "node:test";
import { linkNames } from "../../../src/agent/ports/link-names.ts";
import { Plugger } from "../../../src/agent/ports/plugger.ts";
import { Ports } from "../../../src/agent/ports/ports.ts";
import type { EndpointProgress } from "../../../src/center/schemas/endpoint.ts";
import { openOpenVSwitch } from "../../../src/host/open-vswitch/open-vswitch.ts";
import { until } from "../chassis.ts";
import { quiet } from "../stub-center.ts";
import { agent, aWhile, center, chassis, links, plug, portsOfBridge } from "./agent-on-chassis.ts";
import { addLogicalPort, endpointAt } from "./endpoint-ports.ts";

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
  await addLogicalPort(chassis, port);
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
  await addLogicalPort(chassis, silent);
  const late = await agent.plug(silent, aWhile());
  assert.ok(late.stages.peersMs >= 1_990, String(late.stages.peersMs));
  await agent.unplug(silent.endpoint);

  const alone = endpointAt(10);
  await addLogicalPort(chassis, alone);
  assert.ok((await agent.plug(alone, aWhile())).stages.peersMs < 1, "alone it waits for nobody");
  await agent.unplug(alone.endpoint);
  center.progress = { stage: "intent", detail: "control is at work" };
});

test("prepared ports and concurrent calls share one attempt", async () => {
  const port = endpointAt(3);
  agent.prepare(port);
  const waiting = [agent.plug(port, aWhile()), agent.plug(port, aWhile())];
  await addLogicalPort(chassis, port);
  const [one, other] = await Promise.all(waiting);
  assert.equal(one, other);
  await agent.unplug(port.endpoint);
});

test("who gives up waiting does not end the attempt", async () => {
  const port = endpointAt(4);
  await assert.rejects(agent.plug(port, AbortSignal.timeout(50)), { name: "TimeoutError" });
  await addLogicalPort(chassis, port);
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
  const own = new Plugger({
    links,
    ports: new CountedPorts(openVSwitch, "br-int"),
    api: center,
    logger: quiet,
  });
  const plugged = endpointAt(21);
  const { endpoint } = plugged;
  await addLogicalPort(chassis, plugged);
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

test("many ports at once", async () => {
  const ports = Array.from({ length: 32 }, (_, index) => endpointAt(index + 32));
  for (const port of ports) await addLogicalPort(chassis, port);
  const plugged = await Promise.all(ports.map((port) => agent.plug(port, aWhile())));
  assert.equal(new Set(plugged.map(({ interfaceName }) => interfaceName)).size, ports.length);
  await Promise.all(ports.map(({ endpoint }) => agent.unplug(endpoint)));
});

test("an error of time says which stage did not finish and why", async () => {
  const openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
  await openVSwitch.replica.synced(aWhile());
  const ports = new Ports(openVSwitch, "br-int");
  const hasty = new Plugger({ links, ports, api: center, logger: quiet, plugBoundMs: 200 });
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

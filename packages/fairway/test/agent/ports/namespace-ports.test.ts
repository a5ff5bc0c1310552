import assert from "node:assert/strict";
import { test } from "node:test";
import { namespacePorts } from "../../../src/agent/ports/port-kind.ts";
import { until } from "../chassis.ts";
import { center, chassis, links, portsOfBridge } from "./agent-on-chassis.ts";
import { plugNamespacePort, portItem } from "./namespace-port.ts";

const isInBridge = async (name: string) => (await portsOfBridge()).includes(name);
/** Each look of the agent asks the center about what it does not find in the host's state. */
const isAskedAbout = async (uuid: string, times: number) => {
  const before = center.askedPorts.filter((each) => each === uuid).length;
  await until(
    "the agent's questions",
    () => assert.ok(center.askedPorts.filter((each) => each === uuid).length >= before + times),
    30_000,
  );
};

test("A05 a port that was plugged into a namespace stays while the center has it, whether or not it says that it is here", async () => {
  const port = await plugNamespacePort(chassis, center);
  const { host } = namespacePorts.linkNames(port.uuid);
  center.set([]);
  await isAskedAbout(port.uuid, 2);
  assert.ok(await isInBridge(host));
  center.set([portItem(port)]);
  await chassis.vsctl("del-port", "br-int", host);
  await until("the port again", async () => {
    assert.match(await chassis.vsctl("get", "Interface", host, "external_ids"), /ovn-installed="true"/);
  });
  center.set([{ ...portItem(port), mtu: 1300 }]);
  await until("the smaller MTU", async () => assert.equal((await links.find(host))?.mtu, 1300));
  center.ports.delete(port.uuid);
  center.set([]);
  await until("its end", async () => assert.equal(await links.find(host), undefined), 30_000);
  assert.ok(!(await isInBridge(host)));
});

test("A05 an interface that somebody else plugged as a port is not even looked at", async () => {
  const port = await plugNamespacePort(chassis, center);
  const ids = `external_ids:iface-id=${port.uuid}`;
  await chassis.vsctl(
    "add-port",
    "br-int",
    "theirs",
    "--",
    "set",
    "Interface",
    "theirs",
    "type=internal",
    ids,
  );
  center.ports.delete(port.uuid);
  center.set([]);
  const { host } = namespacePorts.linkNames(port.uuid);
  await until("the end of ours", async () => assert.ok(!(await isInBridge(host))), 30_000);
  assert.ok(await isInBridge("theirs"));
  await chassis.vsctl("del-port", "br-int", "theirs");
});

test("A05 what is left in the bridge of a port whose namespace has ended goes", async () => {
  const port = await plugNamespacePort(chassis, center);
  const { host } = namespacePorts.linkNames(port.uuid);
  const link = await links.find(host);
  assert.ok(link);
  await links.remove(link);
  center.set([]);
  await until("its end", async () => assert.ok(!(await isInBridge(host))), 30_000);
});

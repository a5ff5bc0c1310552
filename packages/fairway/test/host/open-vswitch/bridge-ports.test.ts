import assert from "node:assert/strict";
import { after, test } from "node:test";
import { v7 } from "uuid";
import { BridgePorts } from "../../../src/host/open-vswitch/bridge-ports.ts";
import { openOpenVSwitch } from "../../../src/host/open-vswitch/open-vswitch.ts";
import { silent } from "../../../src/logger.ts";
import { startChassis } from "../../agent/chassis.ts";
import { enterPrivateNetwork } from "../../agent/private-network.ts";

enterPrivateNetwork();
const chassis = await startChassis();
const openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, silent);
const ports = new BridgePorts(openVSwitch, "br-int");
after(async () => {
  await openVSwitch[Symbol.asyncDispose]();
  await chassis[Symbol.asyncDispose]();
});
const aWhile = () => AbortSignal.timeout(8_000);

function portNamed(name: string) {
  const iface = { type: "internal", mtu_request: 1400, external_ids: { "iface-id": name } };
  return { name, uuids: { port: v7(), iface: v7() }, owner: { fairway: `test/${name}` }, iface };
}

const names = async () => (await chassis.vsctl("list-ports", "br-int")).split("\n");

test("a port is made once and removed once, however often that is asked for", async () => {
  const port = portNamed("one");
  for (let count = 0; count < 2; count++) await ports.add(port, aWhile());
  assert.ok((await names()).includes("one"));
  const ids = await chassis.vsctl("get", "Interface", "one", "external_ids");
  assert.equal(ids, '{fairway="test/one", iface-id=one}');
  assert.equal(await chassis.vsctl("get", "Port", "one", "external_ids"), '{fairway="test/one"}');
  await ports.resize({ name: "one", iface: port.uuids.iface }, 1300, aWhile());
  assert.equal(await chassis.vsctl("get", "Interface", "one", "mtu_request"), "1300");
  for (let count = 0; count < 2; count++)
    await ports.remove({ name: "one", port: port.uuids.port }, aWhile());
  assert.ok(!(await names()).includes("one"));
});

test("a port of the same name is a conflict that says what to do, and a bridge that is not there leaves nothing", async () => {
  await chassis.vsctl("--no-wait", "add-port", "br-int", "taken");
  await assert.rejects(ports.add(portNamed("taken"), aWhile()), {
    code: "conflict",
    message: /^A foreign port of Open vSwitch is in the way \(.*taken.*\); remove it by ovs-vsctl del-port$/,
  });
  const nowhere = new BridgePorts(openVSwitch, "br-none");
  await assert.rejects(nowhere.add(portNamed("lost"), aWhile()), {
    code: "unavailable",
    message: "The bridge br-none is not there",
  });
  assert.equal(await chassis.vsctl("--columns=name", "find", "Port", "name=lost"), "");
});

test("a database that does not answer is told as such at the end of the wait", async () => {
  await using closed = openOpenVSwitch("/nonexistent/db.sock", silent);
  for (const backoff of [undefined, { firstMs: 1, longestMs: 1 }])
    await assert.rejects(
      new BridgePorts(closed, "br-int", backoff).add(portNamed("late"), AbortSignal.timeout(50)),
      {
        code: "unavailable",
        message: /^Open vSwitch on this host did not take the port late: /,
      },
    );
});

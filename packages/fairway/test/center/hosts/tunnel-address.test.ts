import assert from "node:assert/strict";
import { test } from "node:test";
import { hostFacts } from "../../../src/center/schemas/host.ts";
import { root, TestCenter } from "../../center.ts";

const as = (name: string) => ({ ...root, caller: { kind: "host", name } as const });

test("A06 a tunnel address is one host's: neither joining nor a word of root's gives it to another", async () => {
  await using center = await TestCenter.start();
  const register = (name: string, tunnelAddress: string) =>
    center.service.hosts.register(name, { systemId: `system-${name}`, tunnelAddress }, root);
  await register("h1", "192.0.2.1");
  await register("h1", "192.0.2.1");
  await assert.rejects(register("h2", "192.0.2.1"), {
    code: "conflict",
    message: /^the tunnel address 192\.0\.2\.1 belongs to host h1; each host needs one of its own/,
  });
  assert.equal(center.service.status.show().counts.hosts, 1);
  await register("h2", "192.0.2.2");
});

test("A06 a host does not move its tunnels by its own word", async () => {
  await using center = await TestCenter.start();
  const say = (tunnelAddress: string | undefined, context: Parameters<typeof as>[0] | undefined) =>
    center.service.hosts.register(
      "h2",
      { systemId: "system-h2", ...(tunnelAddress !== undefined && { tunnelAddress }) },
      context === undefined ? root : as(context),
    );
  await say("192.0.2.2", undefined);
  await say("192.0.2.2", "h2");
  await say(undefined, "h2");
  assert.equal(center.service.hosts.show("h2", root).tunnelAddress, "192.0.2.2");
  await assert.rejects(say("192.0.2.66", "h2"), {
    code: "conflict",
    message:
      /^host h2 joined with the tunnel address 192\.0\.2\.2, and its Open vSwitch says .* now .*: put that back, or join once more/,
  });
  assert.equal(center.service.hosts.show("h2", root).tunnelAddress, "192.0.2.2");
  await say("192.0.2.3", undefined);
  assert.equal(center.service.hosts.show("h2", root).tunnelAddress, "192.0.2.3");
});

test("A06 an address is stored as its canonical text", () => {
  const read = (tunnelAddress: string) => hostFacts.parse({ systemId: "s", tunnelAddress }).tunnelAddress;
  assert.equal(read("FD00:0:0::0007"), "fd00::7");
  assert.equal(read("192.0.2.1"), "192.0.2.1");
  for (const wrong of ["fd00::7%eth0", "fd00::/64", "h2"])
    assert.throws(() => read(wrong), /must be an IP address, e\.g\./);
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { run } from "../../src/agent/egress/command.ts";
import { probeNeighbours } from "../../src/agent/neighbours.ts";
import { Netlink } from "../../src/agent/netlink.ts";
import { enterPrivateNetwork } from "./private-network.ts";

enterPrivateNetwork();
const netlink = new Netlink();
after(() => netlink[Symbol.dispose]());

async function ip(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run("ip", words);
  assert.equal(code, 0, stderr);
  return stdout;
}

test("M04 neighbours that were found are asked for again, in both families; an administrator's and unknown ones are left alone", async () => {
  await ip("link", "add", "one", "type", "veth", "peer", "name", "two");
  for (const link of ["one", "two"]) await ip("link", "set", link, "up");
  await ip("address", "add", "192.0.2.1/24", "dev", "one");
  await ip("address", "add", "2001:db8::1/64", "dev", "one", "nodad");
  const mac = "0a:00:00:00:00:01";
  for (const [address, state] of [
    ["192.0.2.2", "reachable"],
    ["192.0.2.3", "stale"],
    ["192.0.2.4", "permanent"],
    ["192.0.2.5", "reachable"],
    ["2001:db8::2", "reachable"],
  ] as const)
    await ip("neigh", "add", address, "lladdr", mac, "dev", "one", "nud", state);
  const asked = new Set(["192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.9", "2001:db8:0::2"]);
  const known = await probeNeighbours(netlink, asked);
  assert.deepEqual([...known].sort(), ["192.0.2.2", "192.0.2.3", "2001:db8:0::2"]);
  const after = await ip("neigh", "show", "dev", "one");
  const stateOf = (address: string) =>
    new RegExp(`^${address.replaceAll(".", "\\.")} .* (\\S+) *$`, "m").exec(after)?.[1];
  for (const address of ["192.0.2.2", "192.0.2.3", "2001:db8::2"])
    assert.equal(stateOf(address), "PROBE", after);
  assert.deepEqual([stateOf("192.0.2.4"), stateOf("192.0.2.5")], ["PERMANENT", "REACHABLE"]);
  assert.deepEqual(await probeNeighbours(netlink, new Set()), new Set());
});

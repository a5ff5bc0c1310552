import assert from "node:assert/strict";
import { after, test } from "node:test";
import { findNeighbour } from "../../src/host/neighbour-probe.ts";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork, startNetwork } from "../agent/private-network.ts";

enterPrivateNetwork();
const lan = await startNetwork();
after(() => lan.kill("SIGKILL"));
const mac = "02:00:00:00:00:01";
const printer = "02:00:00:00:00:99";
await sh(`ip link add nic address ${mac} type veth peer name far address ${printer} netns ${lan.pid}
  ip link add bridge type bridge; ip link set nic master bridge; ip link set nic up; ip link set bridge up
  nsenter -t ${lan.pid} -n sh -ec 'ip link set far up; ip address add 192.0.2.9/24 dev far
    ip address add fd00:2::9/64 dev far nodad'`);
const index = Number(/^\d+/.exec(await sh("ip -o link show nic"))?.[0]);
const probe = (ip: string, vlan: number | null = null) =>
  findNeighbour({ index, mac }, vlan, ip, AbortSignal.timeout(10_000));

test("P11 who has an address on a link is found by the MAC address, in both families, also where the link is a bridge's port", async () => {
  assert.equal(await probe("192.0.2.9"), printer);
  assert.equal(await probe("fd00:2::9"), printer);
});

test("P11 an address that nobody answers for is free, and so is one of another VLAN", async () => {
  const [one, other, tagged] = await Promise.all([
    probe("192.0.2.8"),
    probe("fd00:2::8"),
    probe("192.0.2.9", 7),
  ]);
  assert.deepEqual([one, other, tagged], [undefined, undefined, undefined]);
});

test("P11 a link that is not there, or is down, is said; whoever gives up is let go", async () => {
  const nowhere = { index: 4_711, mac };
  await assert.rejects(
    findNeighbour(nowhere, null, "192.0.2.9", AbortSignal.timeout(10_000)),
    /is not there/,
  );
  await assert.rejects(
    findNeighbour({ index, mac }, null, "192.0.2.8", AbortSignal.abort(new Error("enough"))),
  );
  await sh("ip link set nic down");
  await assert.rejects(probe("192.0.2.9"), /takes no frames|is not there/);
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { GatewayWatch } from "../../../src/agent/gateways/gateway-watch.ts";
import { Readiness } from "../../../src/agent/gateways/readiness.ts";
import { Links } from "../../../src/agent/ports/links.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { askDaemon } from "../../../src/host/unixctl.ts";
import { until } from "../chassis.ts";
import { sh } from "../chassis-network.ts";
import { enterPrivateNetwork, startNetwork } from "../private-network.ts";
import { quiet, StubCenter } from "../stub-center.ts";

enterPrivateNetwork();
const lan = await startNetwork();
const stack = new AsyncDisposableStack();
after(async () => {
  await stack.disposeAsync();
  lan.kill("SIGKILL");
});
const inLan = (script: string) => sh(`nsenter -t ${lan.pid} -n sh -ec '${script}'`);
await sh(`ip link add nic type veth peer name far netns ${lan.pid}; ip link set nic up`);
await inLan(
  "ip link set far up; ip address add 192.0.2.1/24 dev far; ip address add fd00:2::1/64 dev far nodad",
);

const router = "00000000-0000-4000-8000-00000000000a";
const physicalNetwork = "00000000-0000-4000-8000-00000000000b";
const led = (...nextHops: string[]): HostItem => ({
  key: `router-gateway/${router}`,
  kind: "router-gateway",
  router,
  physicalNetwork,
  vlan: null,
  nextHops,
});
const bridge: HostItem = {
  key: `provider-bridge/${physicalNetwork}`,
  kind: "provider-bridge",
  physicalNetwork,
  name: "lan",
  interface: "nic",
};

/** Where a daemon answers as Open vSwitch's does (unixctl). */
const directory = await mkdtemp(join(tmpdir(), "gateways-"));
stack.defer(() => rm(directory, { recursive: true }));
const daemon = createServer((socket) => {
  socket.once("data", () => socket.end('{"id":0,"result":"ovs-vswitchd","error":null}'));
});
const answer = () => once(daemon.listen(join(directory, "ovs-vswitchd.ctl")), "listening");
await answer();
stack.defer(() => void daemon.close());

const items = new Map<string, HostItem>([[bridge.key, bridge]]);
const center = new StubCenter();
const links = new Links(stack.use(new Netlink()));
const watch = stack.use(
  new GatewayWatch({
    state: { items },
    links,
    api: center,
    hostName: "h1",
    askSwitch: () => askDaemon(directory, "ovs-vswitchd", "version"),
    logger: quiet,
  }),
);
const isTold = (trouble: string | null) =>
  until(`${trouble}`, async () => assert.deepEqual(center.gateways, { routers: [{ router, trouble }] }));

test("R10 a host tells whether it can be the way out: it needs an interface, a carrier, and next hops that answer", async () => {
  watch.follow();
  items.set(`router-gateway/${router}`, led("192.0.2.1", "fd00:2::1"));
  watch.follow([`router-gateway/${router}`]);
  await isTold(null);
  await inLan("ip link set far down");
  await isTold("its interface nic has no carrier");
  await inLan("ip link set far up; ip address replace fd00:2::1/64 dev far nodad");
  await isTold(null);
  await inLan("ip address del 192.0.2.1/24 dev far");
  await isTold("its next hop 192.0.2.1 does not answer on nic");
  await inLan("ip address add 192.0.2.1/24 dev far");
  await isTold(null);
  daemon.close();
  await isTold("its Open vSwitch: does not run on this machine");
  await answer();
  await isTold(null);
  items.set(bridge.key, { ...bridge, interface: "gone" });
  await isTold("it has no interface gone");
  items.delete(bridge.key);
  await isTold("it has no interface on the external network");
  items.delete(`router-gateway/${router}`);
  watch.follow([`router-gateway/${router}`]);
  await until("nothing to tell", async () => assert.deepEqual(center.gateways, { routers: [] }));
});

test("R10 what the center may have forgotten is told again", async () => {
  items.set(bridge.key, bridge);
  items.set(`router-gateway/${router}`, led("192.0.2.1"));
  watch.follow([`router-gateway/${router}`]);
  await isTold(null);
  center.gateways = undefined;
  watch.follow();
  await isTold(null);
});

test("R10 a host that could not be the way out can be it again after a second in which all was well", () => {
  const readiness = new Readiness();
  const told = (trouble: string | undefined, nowMs: number) => {
    readiness.seen(trouble, nowMs);
    return readiness.trouble;
  };
  assert.equal(told(undefined, 0), undefined, "nobody knows yet");
  assert.equal(told(undefined, 1_000), null);
  assert.equal(told("no carrier", 1_200), "no carrier", "at once");
  assert.equal(told(undefined, 1_400), "no carrier");
  assert.equal(told("silence", 2_300), "silence");
  assert.equal(told(undefined, 2_500), "silence");
  assert.equal(told(undefined, 3_499), "silence");
  assert.equal(told(undefined, 3_500), null);
});

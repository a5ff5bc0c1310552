import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import { after, test } from "node:test";
import { v7 } from "uuid";
import { linkNames } from "../../src/agent/ports/link-names.ts";
import { Links } from "../../src/agent/ports/links.ts";
import { Plugger } from "../../src/agent/ports/plugger.ts";
import { Ports } from "../../src/agent/ports/ports.ts";
import type { HostItem } from "../../src/center/schemas/host-state.ts";
import { lookAlone, lookByCenter } from "../../src/cleanup/looks.ts";
import { Netlink } from "../../src/host/netlink/netlink.ts";
import { openOpenVSwitch } from "../../src/host/open-vswitch/open-vswitch.ts";
import { silent } from "../../src/logger.ts";
import { startChassis, until } from "../agent/chassis.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { StubCenter } from "../agent/stub-center.ts";

enterPrivateNetwork();
const stack = new AsyncDisposableStack();
const chassis = stack.use(await startChassis());
const links = new Links(stack.use(new Netlink()));
const openVSwitch = stack.use(openOpenVSwitch(chassis.openvswitchSocket, silent));
const ports = new Ports(openVSwitch, "br-int");
const here = { links, ports, plugger: new Plugger({ links, ports, api: new StubCenter(), logger: silent }) };
// Somewhere that a container's end can be moved to.
const elsewhere = spawn("unshare", ["--net", "sleep", "infinity"]);
after(async () => {
  elsewhere.kill();
  await stack.disposeAsync();
});

const never = new AbortController().signal;
const aWhile = () => AbortSignal.timeout(8_000);
let last = 1;
const newPort = () => ({ endpoint: v7(), mac: `02:42:ac:11:00:0${++last}`, mtu: 1400 });

/** An endpoint of a container: its end of the link is in another namespace. */
async function makeLive() {
  const port = newPort();
  await links.create(port);
  await ports.add(port, aWhile());
  const namespaceOf = (process: string) => readlinkSync(`/proc/${process}/ns/net`);
  const container = String(elsewhere.pid);
  await until("the namespace", () => assert.notEqual(namespaceOf(container), namespaceOf("self")));
  execFileSync("ip", ["link", "set", linkNames(port.endpoint).container, "netns", container]);
  return port;
}

/** One that nobody took into a container. */
async function makeHalf() {
  const port = newPort();
  await links.create(port);
  return port;
}

test("O05 alone, a host finds links that are in no container and ports without link, and removes them", async () => {
  await openVSwitch.replica.synced(aWhile());
  const [live, half, bare] = [await makeLive(), await makeHalf(), newPort()];
  await ports.add(bare, aWhile());
  const found = await lookAlone(here);
  assert.deepEqual(
    new Map(found.map(({ name, why }) => [name, why])),
    new Map([
      [linkNames(bare.endpoint).host, "its link is gone, with its container"],
      [linkNames(half.endpoint).host, "its link is in no container"],
    ]),
  );
  for (const { remove } of found) await remove(never);
  assert.deepEqual(await lookAlone(here), []);
  assert.deepEqual([...(await links.list()).keys()], [live.endpoint]);
  await here.plugger.unplug(live.endpoint);
});

test("O05 by the center's word, ports and links of no endpoint are found, and nothing while its state is stale", async () => {
  const [wanted, unwanted] = [await makeLive(), await makeLive()];
  const key = `endpoint/${wanted.endpoint}`;
  const rest = { network: v7(), addresses: [], engine: null, request: "first" };
  const item: HostItem = { key, kind: "endpoint", ...wanted, ...rest };
  const state = { items: new Map([[key, item]]), isFresh: true };
  const engine = {
    networkIds: async () => new Set<string>(),
    network: () => assert.fail("there is none"),
    containers: async () => [],
  };
  const nothingStale = async () => assert.fail("the engine has all that the center has for it");
  const api = { deleteDockerNetwork: nothingStale, purgeDockerEndpoint: nothingStale };
  const truth = { state, engine, api, hostName: "host" };
  const found = await lookByCenter(here, truth, never);
  assert.deepEqual(
    found.map(({ name, why }) => [name, why]),
    [[linkNames(unwanted.endpoint).host, "the center has no endpoint for it"]],
  );
  state.isFresh = false;
  await assert.rejects(lookByCenter(here, truth, never), /The center went away/);
  for (const { endpoint } of [wanted, unwanted]) await here.plugger.unplug(endpoint);
});

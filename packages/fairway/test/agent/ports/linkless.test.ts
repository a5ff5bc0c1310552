import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { v7 } from "uuid";
import { findLinkless } from "../../../src/agent/ports/linkless.ts";
import { Links } from "../../../src/agent/ports/links.ts";
import type { HostEndpointItem, HostItem } from "../../../src/center/schemas/host-state.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { enterPrivateNetwork, startNetwork } from "../private-network.ts";

enterPrivateNetwork();
const run = promisify(execFile);
const netlink = new Netlink();
const links = new Links(netlink);
after(() => netlink[Symbol.dispose]());

const mac = "02:42:ac:11:00:02";
const mtu = 1442;
const soon = () => AbortSignal.timeout(20_000);

function item(endpoint: string): HostEndpointItem {
  const rest = { network: v7(), mac, mtu, addresses: [], engine: null, request: "" };
  return { key: `endpoint/${endpoint}`, kind: "endpoint", endpoint, ...rest };
}

function host(...endpoints: readonly string[]) {
  const items = new Map<string, HostItem>(
    endpoints.map(item).map((each): [string, HostItem] => [each.key, each]),
  );
  const busy = new Set<string>();
  const state = { items, fresh: async () => undefined };
  return { busy, parts: { state, links, plugger: { isBusy: (endpoint: string) => busy.has(endpoint) } } };
}

const found = async (parts: Parameters<typeof findLinkless>[0]) =>
  (await findLinkless(parts, soon())).map(({ endpoint }) => endpoint);

test("X10 a link whose container end is in a namespace that lives is there; it goes with the namespace", async () => {
  const endpoint = v7();
  const names = await links.create({ endpoint, mac, mtu });
  const { parts } = host(endpoint);
  const inside = await startNetwork();
  await run("ip", ["link", "set", names.container, "netns", String(inside.pid)]);
  assert.deepEqual(await found(parts), []);
  inside.kill("SIGKILL");
  while ((await links.find(names.host)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(await found(parts), [endpoint]);
});

test("X10 what somebody is working on is not without a link, also where its work ends during the look", async () => {
  const endpoint = v7();
  const { parts, busy } = host(endpoint);
  busy.add(endpoint);
  assert.deepEqual(await found(parts), []);
  const list = async () => {
    const before = await links.list();
    busy.delete(endpoint);
    return before;
  };
  assert.deepEqual(await found({ ...parts, links: { list } }), []);
  assert.deepEqual(await found(parts), [endpoint]);
});

test("X10 nothing is without a link before the center has said what this host must have", async () => {
  const { parts } = host(v7());
  const told = Promise.withResolvers<undefined>();
  let hasAnswered = false;
  const asked = found({ ...parts, state: { ...parts.state, fresh: () => told.promise } }).then((gone) => {
    hasAnswered = true;
    return gone;
  });
  await links.list();
  assert.equal(hasAnswered, false);
  told.resolve(undefined);
  assert.equal((await asked).length, 1);
});

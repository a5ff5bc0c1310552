import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostStateMessage } from "../../src/center/schemas/host-state.ts";
import { HostStates } from "../../src/control/host-states.ts";
import { silent } from "../../src/logger.ts";
import { engineId, root, TestCenter } from "../center.ts";

const byUuid = (uuid: string) => [["_uuid", "==", ["uuid", uuid]]] as const;

async function nextOf(messages: AsyncIterator<HostStateMessage>): Promise<HostStateMessage> {
  const { value, done } = await messages.next();
  if (done === true) throw new Error("the stream has ended");
  return value;
}

function follow(states: HostStates, host: string, revision?: string): AsyncIterator<HostStateMessage> {
  return states.follow(host, revision, AbortSignal.timeout(20_000))[Symbol.asyncIterator]();
}

test("a host that comes back after more changes than are remembered is told everything, not the last of them", async () => {
  await using center = await TestCenter.start();
  const states = new HostStates(center.store, silent, 4);
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  const { revision } = await nextOf(follow(states, "h1"));
  const within = await center.endpoint("h1", blue);
  const few = await nextOf(follow(states, "h1", revision));
  assert.deepEqual(few.type === "change" && few.set.map(({ key }) => key), [`endpoint/${within.uuid}`]);
  await center.service.dockerEndpoints.delete(web.key, root);
  for (let at = 0; at < 5; at++) await center.endpoint("h1", blue);
  const many = await nextOf(follow(states, "h1", revision));
  assert.equal(many.type, "snapshot");
  const keys = many.type === "snapshot" ? many.items.map(({ key }) => key) : [];
  assert.ok(!keys.includes(`endpoint/${web.uuid}`));
  assert.equal(keys.filter((key) => key.startsWith("endpoint/")).length, 6);
});

test("an item that cannot be compiled is one: its host has its others, and other hosts hear what is new", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  const red = await center.network("h2", "10.2.0.0/24");
  const green = await center.network("h1", "10.3.0.0/24");
  await center.endpoint("h1", blue);
  const [one, other] = [follow(center.hostStates, "h1"), follow(center.hostStates, "h2")];
  await Promise.all([nextOf(one), nextOf(other)]);
  const db = await center.endpoint("h2", red);
  await nextOf(other);
  // What no version of ours writes: a subnet that is none. In the same transaction the other host's endpoint changes.
  const spoil = {
    op: "update",
    table: "Subnet",
    where: byUuid(blue.pool),
    row: { cidr: "10.1.0.0/x" },
  } as const;
  const change = { op: "update", table: "Network", where: byUuid(red.uuid), row: { mtu: 1300 } } as const;
  await center.client.transact("Fairway", [spoil, change]);
  const told = await nextOf(other);
  const keys = told.type === "change" ? told.set.map(({ key }) => key) : [];
  assert.ok(keys.includes(`endpoint/${db.uuid}`), keys.join());
  const late = await center.endpoint("h1", green);
  const next = await nextOf(one);
  assert.ok(next.type === "change" && next.set.some(({ key }) => key === `endpoint/${late.uuid}`));
  const fresh = await nextOf(follow(new HostStates(center.store, silent), "h1"));
  assert.ok(fresh.type === "snapshot" && fresh.items.some(({ key }) => key === `endpoint/${late.uuid}`));
});

test("a host that goes down while a removal waits for it holds it up no longer", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  const options = { network: "blue" };
  await center.service.dockerNetworks.create("h2", engineId(), { options, subnets: [] }, root);
  for (const host of ["h1", "h2"]) center.service.hosts.recordHeartbeat(host, root);
  await center.store.change((draft) => {
    draft.update("Network", blue.uuid, { removal: "everywhere" });
    for (const { _uuid, engine_id } of draft.find("Docker_Network", "byNetwork", blue.uuid))
      draft.update("Docker_Network", _uuid, { use: engine_id === blue.id ? "" : null });
  });
  const messages = follow(center.hostStates, "h1");
  const removalIn = (message: HostStateMessage) =>
    (message.type === "snapshot" ? message.items : message.type === "change" ? message.set : []).flatMap(
      (item) => (item.kind === "network" ? [item.removal] : []),
    );
  assert.deepEqual(removalIn(await nextOf(messages)), ["asked"]);
  center.now += 15_000;
  center.service.hosts.recordHeartbeat("h1", root);
  await center.hostWatch.look();
  assert.deepEqual(removalIn(await nextOf(messages)), ["now"]);
});

test("N09 a network that begins to lead to hosts takes the way to those with the same addresses, and gives it back", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  const id = engineId();
  const options = { network: "blue" };
  await center.service.dockerNetworks.create("h2", id, { options, subnets: [] }, root);
  await center.endpoint("h1", blue);
  await center.endpoint("h2", { ...blue, id });
  const twin = await center.network("h1", "10.1.0.0/24", { internal: true });
  await center.settled();
  const hasHostAccess = async () => {
    const message = await nextOf(follow(center.hostStates, "h1"));
    return message.type === "snapshot" && message.items.some(({ key }) => key === `host-access/${blue.uuid}`);
  };
  assert.equal(await hasHostAccess(), true);
  await center.store.change((draft) => draft.update("Network", twin.uuid, { internal: false }));
  assert.equal(await hasHostAccess(), false);
  await center.store.change((draft) => draft.update("Network", twin.uuid, { internal: true }));
  assert.equal(await hasHostAccess(), true);
});

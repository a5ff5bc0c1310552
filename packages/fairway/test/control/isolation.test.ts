import assert from "node:assert/strict";
import { test } from "node:test";
import { byUuid, OvsdbClient, operationsFor, Replica } from "@fairway/ovsdb";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { derive } from "../../src/identity.ts";
import { root, TestCenter, until } from "../center.ts";

const op = operationsFor<Tables>(schema);

/** A center, and somebody else's hands on Northbound. */
async function cluster() {
  const stack = new AsyncDisposableStack();
  const center = stack.use(await TestCenter.start());
  const client = stack.use(new OvsdbClient({ remotes: [center.server.remote] }));
  const tables = { Logical_Switch: {}, Logical_Switch_Port: {}, Logical_Router: {} };
  const replica = new Replica<Tables>(client, schema, { tables });
  await replica.synced();
  const transact = (...operations: Parameters<typeof client.transact>[1]) =>
    client.transact(schema.name, operations);
  return { center, replica, transact, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

const theirs = "6f7f3f5e-3a51-4f5e-9df0-0d2f7bb0f001";
const refused = /^is not as it should be in OVN Northbound: .*constraint violation/;

test("an endpoint that Northbound refuses is one: others are written, it says why, and works when it can", async () => {
  await using made = await cluster();
  const { center, replica, transact } = made;
  const ports = replica.table("Logical_Switch_Port");
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  await center.settled();
  // A foreign port has its name: that column is unique (ovn-nb(5)).
  await transact(
    op.mutate("Logical_Switch", byUuid(blue.uuid), [["ports", "delete", [web.uuid]]]),
    op.insert("Logical_Switch_Port", { name: web.uuid }, theirs),
    op.insert("Logical_Switch", { name: "theirs", ports: [theirs] }),
  );
  const others = await Promise.all(Array.from({ length: 20 }, () => center.endpoint("h1", blue)));
  const red = await center.network("h1", "10.2.0.0/24");
  await until(() => others.every(({ uuid }) => ports.get(uuid) !== undefined));
  await until(() => replica.table("Logical_Switch").get(red.uuid) !== undefined);
  const status = () => center.service.endpoints.show(web.uuid, root).status;
  await until(() => status()["northbound"] !== undefined);
  assert.match(status()["northbound"] ?? "", refused);
  await until(() => center.service.status.show().pending === 1);
  const progress = await center.service.endpoints.progress(web.uuid, undefined, root);
  assert.match(progress.detail, /constraint violation/);
  assert.ok(ports.get(theirs) !== undefined, "the foreign port is left alone");
  await transact(op.delete("Logical_Switch", [["name", "==", "theirs"]]));
  await until(() => ports.get(web.uuid) !== undefined && status()["northbound"] === undefined);
  await center.settled();
});

test("a network that Northbound refuses is one, with what is on it; reasons stand in its row and go with it", async () => {
  await using made = await cluster();
  const { center, replica, transact } = made;
  const switches = replica.table("Logical_Switch");
  const ports = replica.table("Logical_Switch_Port");
  const blue = await center.network("h1", "10.1.0.0/24");
  const web = await center.endpoint("h1", blue);
  await center.settled();
  const name = derive("router-switch-port", blue.uuid);
  await transact(
    op.delete("Logical_Switch", byUuid(blue.uuid)),
    op.insert("Logical_Switch_Port", { name }, theirs),
    op.insert("Logical_Switch", { name: "theirs", ports: [theirs] }),
  );
  const status = () => center.service.networks.show(blue.uuid, root).status;
  await until(() => status()["northbound"] !== undefined);
  assert.match(status()["northbound"] ?? "", refused);
  const waits = () => center.service.endpoints.show(web.uuid, root).status["northbound"];
  await until(() => waits() !== undefined);
  assert.match(waits() ?? "", /its network's switch is missing: .*constraint violation/);
  const red = await center.network("h1", "10.2.0.0/24");
  const db = await center.endpoint("h1", red);
  await until(() => ports.get(db.uuid) !== undefined);
  await transact(op.delete("Logical_Switch", [["name", "==", "theirs"]]));
  await until(() => switches.get(blue.uuid) !== undefined && ports.get(web.uuid) !== undefined);
  await until(() => status()["northbound"] === undefined && waits() === undefined);
  await center.settled();
});

test("of many units in one transaction those that are refused are found, however many they are", async () => {
  await using made = await cluster();
  const { center, replica, transact } = made;
  const ports = replica.table("Logical_Switch_Port");
  const blue = await center.network("h1", "10.1.0.0/24");
  const all = await Promise.all(Array.from({ length: 64 }, () => center.endpoint("h1", blue)));
  await center.settled();
  const culprits = all.filter((_, at) => at % 13 === 5);
  const uuids = all.map(({ uuid }) => uuid);
  await transact(
    op.mutate("Logical_Switch", byUuid(blue.uuid), [["ports", "delete", uuids]]),
    ...culprits.map(({ uuid }, at) =>
      op.insert("Logical_Switch_Port", { name: uuid }, derive("theirs", String(at))),
    ),
    op.insert("Logical_Switch", {
      name: "theirs",
      ports: culprits.map((_, at) => derive("theirs", String(at))),
    }),
  );
  const healthy = all.filter((endpoint) => !culprits.includes(endpoint));
  await until(() => healthy.every(({ uuid }) => ports.get(uuid) !== undefined));
  const reasons = () =>
    culprits.map(({ uuid }) => center.service.endpoints.show(uuid, root).status["northbound"]);
  await until(() => reasons().every((reason) => reason !== undefined));
  await until(() => center.service.status.show().pending === culprits.length);
});

test("a reason that the last leader wrote goes when it does not hold any more", async () => {
  await using made = await cluster();
  const { center } = made;
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.settled();
  await center.store.change((draft) =>
    draft.update("Network", blue.uuid, { status: { northbound: "old", other: "stays" } }),
  );
  await center.stop();
  await using stack = new AsyncDisposableStack();
  const next = TestCenter.on(center.server, { name: "next" });
  stack.defer(() => next.stop());
  await next.leads();
  await until(() => next.store.view.get("Network", blue.uuid)?.status["northbound"] === undefined);
  assert.deepEqual(next.store.view.get("Network", blue.uuid)?.status, { other: "stays" });
});

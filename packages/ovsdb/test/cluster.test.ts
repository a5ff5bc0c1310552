import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import { byUuid, type Change, OvsdbClient, operationsFor, Replica } from "../src/index.ts";
import { TestCluster } from "./cluster.ts";
import { Proxy } from "./proxy.ts";
import { schema, type Tables } from "./schema.ts";

const op = operationsFor<Tables>(schema);
const quick = { minMs: 50, maxMs: 400 } as const;
const soon = () => AbortSignal.timeout(20_000);

function insertShape(name: string, uuid: string = randomUUID()) {
  return op.insert("Shape", { name, kind: "round", pair: ["a"] }, uuid);
}

test("a client follows the leader of a cluster through its death and its silence", async () => {
  await using cluster = await TestCluster.start(3);
  const resumed: unknown[] = [];
  const proxies = cluster.members.map((member) => new Proxy(member.socket, member.directory));
  for (const proxy of proxies) {
    proxy.fromServer = (message) => {
      const { result } = message;
      if (Array.isArray(result) && typeof result[0] === "boolean") resumed.push(result[0]);
      return message;
    };
  }
  const { leader } = cluster;
  const options = { backoff: quick, probeIntervalMs: 250, cluster: { database: "Shapes" } };
  await using client = new OvsdbClient({ ...options, remotes: proxies.map(({ remote }) => remote) });
  const lock = client.lock("writer");
  const replica = new Replica<Tables>(client, schema, { tables: { Shape: {} } });
  await Promise.all([replica.synced(soon()), lock.acquired(soon())]);
  const uuid = randomUUID();
  await client.transact("Shapes", [op.assert(lock), insertShape("a", uuid)]);
  const events: (readonly Change<Tables>[])[] = [];
  replica.on("change", (changes) => events.push(changes));

  const gone = once(replica, "unsynced");
  await leader.stop("SIGKILL");
  await gone;
  await lock.acquired(soon());
  await client.transact("Shapes", [op.assert(lock), op.update("Shape", byUuid(uuid), { size: 1 })]);
  assert.equal(replica.table("Shape").get(uuid)?.size, 1);
  assert.deepEqual(
    events.map((changes) => changes.length),
    [1],
  );
  assert.deepEqual(resumed, [false, true], "the second member remembers what the first one sent");
  await leader.launch();

  const silent = cluster.leader;
  const missed = once(replica, "unsynced");
  silent.signal("SIGSTOP");
  await missed;
  await client.transact("Shapes", [op.update("Shape", byUuid(uuid), { size: 2 })], { signal: soon() });
  silent.signal("SIGCONT");
  await replica.synced(soon());
  assert.equal(replica.table("Shape").get(uuid)?.size, 2);
  for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
});

test("a client may use any member that is in touch with its cluster, and no other", async () => {
  await using cluster = await TestCluster.start(3);
  const follower = cluster.members.find((member) => member !== cluster.leader);
  assert(follower);
  const cluster1 = { database: "Shapes", leaderOnly: false };
  await using client = new OvsdbClient({ remotes: [follower.remote], cluster: cluster1, backoff: quick });
  const replica = new Replica<Tables>(client, schema, { tables: { Shape: {} } });
  await replica.synced(soon());
  for (let turn = 0; turn < 20; turn++) {
    const uuid = randomUUID();
    await client.transact("Shapes", [insertShape(`s${turn}`, uuid)]);
    assert.equal(
      replica.table("Shape").get(uuid)?.name,
      `s${turn}`,
      "also a follower sends the change before the reply",
    );
  }
  await using strict = new OvsdbClient({
    remotes: [follower.remote],
    cluster: { database: "Shapes" },
    backoff: quick,
  });
  await assert.rejects(strict.connected(AbortSignal.timeout(300)), { code: "canceled" });
  const alone = once(client, "disconnect");
  for (const member of cluster.members) if (member !== follower) member.signal("SIGSTOP");
  const [reason] = await alone;
  assert.match(String(reason), /not connected to its cluster/);
});

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { test } from "node:test";
import { byUuid, type Change, OvsdbClient, operationsFor, Replica } from "../src/index.ts";
import { TestCluster } from "./cluster.ts";
import { Proxy } from "./proxy.ts";
import { schema, shapesJson, type Tables } from "./schema.ts";
import { makeDirectory, until } from "./server.ts";

const op = operationsFor<Tables>(schema);
const quick = { minMs: 50, maxMs: 400 } as const;
const soon = () => AbortSignal.timeout(20_000);

function insertShape(name: string, uuid: string = randomUUID()) {
  return op.insert("Shape", { name, kind: "round", pair: ["a"] }, uuid);
}

test("a client follows the leader of a cluster through its death and its silence", async () => {
  await using cluster = await TestCluster.start(3);
  await using stack = new AsyncDisposableStack();
  const resumed: unknown[] = [];
  const proxies = cluster.members.map((member) => stack.use(new Proxy(member.socket, member.directory)));
  for (const proxy of proxies) {
    proxy.fromServer = (message) => {
      const { result } = message;
      if (Array.isArray(result) && typeof result[0] === "boolean") resumed.push(result[0]);
      return message;
    };
  }
  const { leader } = cluster;
  const options = { backoff: quick, probeIntervalMs: 1_000, cluster: { database: "Shapes" } };
  await using client = new OvsdbClient({ ...options, remotes: proxies.map(({ remote }) => remote) });
  const lock = client.lock("writer");
  const replica = new Replica<Tables>(client, schema, { tables: { Shape: {} } });
  await Promise.all([replica.synced(soon()), lock.acquired(soon())]);
  const uuid = randomUUID();
  await client.transact("Shapes", [op.assert(lock), insertShape("a", uuid)]);
  // A majority has it: the leader may be one of two, and the third would remember less.
  await Promise.all(cluster.members.map(({ remote }) => hasShape(remote, uuid)));
  const events: (readonly Change<Tables>[])[] = [];
  replica.on("change", (changes) => events.push(changes));

  const gone = once(replica, "unsynced", { signal: soon() });
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
  const missed = once(replica, "unsynced", { signal: soon() });
  silent.signal("SIGSTOP");
  await missed;
  await client.transact("Shapes", [op.update("Shape", byUuid(uuid), { size: 2 })], { signal: soon() });
  silent.signal("SIGCONT");
  await replica.synced(soon());
  assert.equal(replica.table("Shape").get(uuid)?.size, 2);
});

/** Waits until a member has a row itself. */
async function hasShape(remote: string, uuid: string): Promise<void> {
  await using reader = new OvsdbClient({ remotes: [remote], backoff: quick });
  const replica = new Replica<Tables>(reader, schema, { tables: { Shape: {} } });
  await replica.synced(soon());
  await until(() => replica.table("Shape").get(uuid) !== undefined);
}

/** The transaction after which each monitor was asked for, and whether the member knew it. */
function watchMonitors(proxy: Proxy): { readonly asked: unknown[]; readonly found: unknown[] } {
  const [asked, found]: [unknown[], unknown[]] = [[], []];
  proxy.fromClient = (message) => {
    if (message["method"] === "monitor_cond_since") asked.push((message["params"] as unknown[]).at(-1));
    return message;
  };
  proxy.fromServer = (message) => {
    const { result } = message;
    if (Array.isArray(result) && typeof result[0] === "boolean") found.push(result[0]);
    return message;
  };
  return { asked, found };
}

test("a replica asks for everything after a conversion, since rows are not what they were", async () => {
  await using cluster = await TestCluster.start(1);
  const [member] = cluster.members;
  assert(member);
  await using proxy = new Proxy(member.socket, member.directory);
  const { asked } = watchMonitors(proxy);
  await using client = new OvsdbClient({
    remotes: [proxy.remote],
    cluster: { database: "Shapes" },
    backoff: quick,
  });
  const replica = new Replica<Tables>(client, schema, { tables: { Shape: {} } });
  await replica.synced(soon());
  await client.transact("Shapes", [insertShape("a")]);
  const paused = once(replica, "unsynced", { signal: soon() });
  await client.request("convert", ["Shapes", { ...shapesJson, version: "1.1.0" }]);
  await paused;
  await replica.synced(soon());
  const nothing = "00000000-0000-0000-0000-000000000000";
  assert.deepEqual(asked, [nothing, nothing]);
});

test("a selection that the server did not confirm is loaded whole after a reconnect", async () => {
  await using cluster = await TestCluster.start(1);
  const [member] = cluster.members;
  assert(member);
  await using proxy = new Proxy(member.socket, member.directory);
  const { asked, found } = watchMonitors(proxy);
  const follow = proxy.fromClient;
  await using client = new OvsdbClient({ remotes: [proxy.remote], backoff: quick });
  await client.transact("Shapes", [insertShape("a"), insertShape("b")]);
  const replica = new Replica<Tables>(client, schema, {
    tables: { Shape: { where: [["name", "==", "a"]] } },
  });
  await replica.synced(soon());
  await client.transact("Shapes", [op.update("Shape", [], { size: 1 })]);
  const cut = once(replica, "unsynced", { signal: soon() });
  proxy.cut();
  await cut;
  await replica.synced(soon());
  assert.deepEqual(found, [false, true], "this server resumes");
  proxy.fromClient = (...given) => (given[0]["method"] === "monitor_cond_change" ? "cut" : follow(...given));
  await replica.select("Shape", [["name", "==", "b"]], soon());
  assert.deepEqual(
    [...replica.table("Shape").rows()].map(({ name }) => name),
    ["b"],
  );
  assert.equal(asked.length, 3);
});

test("a member that shows older data than another one did is not used until it has caught up", async () => {
  await using cluster = await TestCluster.start(1);
  const [member] = cluster.members;
  assert(member);
  await using fresh = new Proxy(member.socket, member.directory);
  const home = makeDirectory();
  await using behind = new Proxy(member.socket, home);
  const options = { backoff: quick, cluster: { database: "Shapes", leaderOnly: false } };
  await using client = new OvsdbClient({ ...options, remotes: [fresh.remote, behind.remote] });
  await client.connected(soon());
  for (const name of ["a", "b"]) await client.transact("Shapes", [insertShape(name)]);
  let asked = 0;
  behind.fromServer = (message) => {
    const text = JSON.stringify(message);
    if (!text.includes('"model":"clustered"')) return message;
    asked++;
    return JSON.parse(text.replace(/"index":\d+/, '"index":1'));
  };
  fresh.fromClient = () => "cut";
  fresh.cut();
  await once(client, "disconnect", { signal: soon() });
  await assert.rejects(client.connected(AbortSignal.timeout(1_500)), { code: "canceled" });
  assert(asked > 0, "the member was asked");
  behind.fromServer = (message) => message;
  await client.connected(soon());
  rmSync(home, { recursive: true });
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
  const alone = once(client, "disconnect", { signal: soon() });
  for (const member of cluster.members) if (member !== follower) member.signal("SIGSTOP");
  const [reason] = await alone;
  assert.match(String(reason), /not connected to its cluster/);
});

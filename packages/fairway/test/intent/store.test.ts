import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import type { Message } from "../../../ovsdb/test/proxy.ts";
import { Addresses } from "../../src/center/addresses/addresses.ts";
import { hostColumns, IntentUnderTest, settings } from "./intent-under-test.ts";

const isUpdate = ({ method }: Message) => typeof method === "string" && method.startsWith("update");
const isTransact = ({ method }: Message) => method === "transact";

suite("the intent's store", () => {
  test("A07 a wish that the database cannot hold fails alone, and says what is wrong", async () => {
    await using intent = await IntentUnderTest.start();
    const { store } = intent;
    const add = (name: string, versions: Record<string, string>) =>
      store.change((draft) => draft.insert("Host", randomUUID(), { ...hostColumns(name), versions }).name);
    const undone: string[] = [];
    const twice = store.change((draft) => {
      draft.onAbandon(() => undone.push("twice"));
      draft.update("Central", [...draft.rows("Central")][0]?._uuid ?? "", { pools: ["a", "a"] });
    });
    const outcomes = await Promise.allSettled([
      add("before", {}),
      add("nul", { docker: "a\0b" }),
      add("half", { docker: "\ud800" }),
      twice,
      add("after", {}),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) =>
        outcome.status === "fulfilled" ? "done" : [outcome.reason.code, outcome.reason.message],
      ),
      [
        "done",
        [
          "invalid",
          'this cannot be kept: Host.versions: "a\\u0000b" is not free of NUL, which OVSDB cannot store',
        ],
        ["invalid", 'this cannot be kept: Host.versions: "\\ud800" is not well-formed Unicode'],
        ["invalid", 'this cannot be kept: Central.pools: ["a","a"] is not free of duplicates'],
        "done",
      ],
    );
    assert.deepEqual(undone, ["twice"]);
    assert.deepEqual(await intent.hostNames(), ["after", "before"]);
  });

  test("X04 whatever is promised is on the disk before: epochs, and every change, one commit for a batch", async () => {
    await using intent = await IntentUnderTest.start();
    const { proxy, store } = intent;
    const ends: unknown[] = [];
    proxy.fromClient = (message) => {
      if (isTransact(message)) ends.push((message["params"] as readonly unknown[]).at(-1));
      return message;
    };
    const durable = { op: "commit", durable: true };
    const add = (name: string) =>
      store.change((draft) => draft.insert("Host", randomUUID(), hostColumns(name)).name);
    await Promise.all(["a", "b", "c"].map(add));
    await store.lead("first", settings);
    assert.deepEqual(ends, [durable, durable], "one for three wishes, one for the epoch");
    await store.change((draft) => draft.get("Host", randomUUID()));
    assert.equal(ends.length, 2, "nothing to write, nothing to wait for");
  });

  test("what follows from a change is in its own transaction; where it cannot follow, that change alone is refused", async () => {
    await using intent = await IntentUnderTest.start();
    const { proxy, store } = intent;
    store.completeBy((draft) => {
      for (const { before, after } of draft.changes("Host")) {
        if (after?.name === "odd") throw new Error("nothing follows from that");
        if (before === undefined && after !== undefined)
          draft.update("Host", after._uuid, { versions: { made: "by completion" } });
      }
    });
    let transactions = 0;
    proxy.fromClient = (message) => {
      if (isTransact(message)) transactions++;
      return message;
    };
    const add = (name: string) =>
      store.change((draft) => draft.insert("Host", randomUUID(), hostColumns(name)).name);
    const outcomes = await Promise.allSettled([add("a"), add("odd"), add("b")]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    assert.equal(transactions, 1);
    assert.deepEqual(
      Object.fromEntries(Array.from(store.view.rows("Host"), ({ name, versions }) => [name, versions])),
      {
        a: { made: "by completion" },
        b: { made: "by completion" },
      },
    );
  });

  test("a plan that throws fails alone, whatever its way back does", async () => {
    await using intent = await IntentUnderTest.start();
    const undone: string[] = [];
    const wishes = [
      intent.store.change((draft) => {
        draft.onAbandon(() => {
          throw new Error("the way back is blocked");
        });
        draft.onAbandon(() => undone.push("second"));
        throw new TypeError("a fault in a plan");
      }),
      intent.store.change((draft) => draft.insert("Host", randomUUID(), hostColumns("h1")).name),
    ];
    const [first, second] = await Promise.allSettled(wishes);
    assert.deepEqual([first?.status, second?.status], ["rejected", "fulfilled"]);
    assert.deepEqual(undone, ["second"]);
    assert.deepEqual(await intent.hostNames(), ["h1"]);
  });

  test("X06 a former leader that has not heard of the next one is refused by the database itself", async () => {
    await using intent = await IntentUnderTest.start();
    const { proxy, store } = intent;
    proxy.fromServer = (message) => (isUpdate(message) ? undefined : message);
    await intent.takeOver();
    assert.equal([...store.view.rows("Central")][0]?.epoch, 1, "it believes that it leads");
    const wish = store.change((draft) => draft.insert("Host", randomUUID(), hostColumns("late")));
    await assert.rejects(wish, { code: "not_leader" });
    assert.equal(store.epoch, undefined);
    assert.deepEqual(await intent.hostNames(), []);
  });

  test("a wish whose reply came too late is planned again, and finds itself done", async () => {
    await using intent = await IntentUnderTest.start({ commitTimeoutMs: 300 });
    const { proxy, store } = intent;
    const uuid = randomUUID();
    const held: Message[] = [];
    let tries = 0;
    proxy.fromClient = (message) => {
      if (isTransact(message)) tries++;
      return message;
    };
    // All that the server says waits until the second try is refused for the first one's row.
    proxy.fromServer = (message, _answer, pass) => {
      held.push(message);
      if (tries < 2 || !JSON.stringify(message).includes("duplicate uuid")) return undefined;
      proxy.fromServer = (later) => later;
      for (const each of held.splice(0)) pass(each);
      return undefined;
    };
    const made = await store.change((draft) => {
      const known = draft.get("Host", uuid);
      return known === undefined
        ? draft.insert("Host", uuid, hostColumns("h1")).name
        : `${known.name} is there`;
    });
    assert.equal(made, "h1 is there");
    assert.equal(tries, 2);
  });

  test("a wish whose connection is lost is tried again, and what it took meanwhile is free", async () => {
    await using intent = await IntentUnderTest.start();
    const { proxy, store } = intent;
    const taken = new Set<number>();
    let tries = 0;
    let cuts = 2;
    proxy.fromClient = (message) => (isTransact(message) && cuts-- > 0 ? "cut" : message);
    const uuid = randomUUID();
    await store.change((draft) => {
      tries++;
      assert.ok(!taken.has(7), "what the earlier try took was given back");
      taken.add(7);
      draft.onAbandon(() => taken.delete(7));
      draft.insert("Host", uuid, hostColumns("h1"));
    });
    assert.deepEqual([tries, [...taken]], [3, [7]]);
    assert.deepEqual(await intent.hostNames(), ["h1"]);
    cuts = 3;
    const hopeless = store.change((draft) => {
      taken.add(8);
      draft.onAbandon(() => taken.delete(8));
      draft.update("Host", uuid, { state: "down" });
    });
    await assert.rejects(hopeless, { code: "unavailable" });
    assert.deepEqual([...taken], [7]);
  });

  test("nothing is planned on what the replica showed before a reconnect", async () => {
    await using intent = await IntentUnderTest.start({ commitTimeoutMs: 300 });
    const { proxy, store } = intent;
    const uuid = randomUUID();
    // Committed, and the connection is lost before anything of it is heard; then the replica stays behind.
    proxy.fromServer = () => "cut";
    proxy.fromClient = (message) => (String(message["method"]).startsWith("monitor") ? undefined : message);
    const lost = store.change((draft) => draft.insert("Host", uuid, hostColumns("h1")).name);
    await assert.rejects(lost, { code: "unavailable" });
    proxy.fromServer = (message) => message;
    let plans = 0;
    const other = store.change((draft) => {
      plans++;
      return draft.get("Host", uuid)?.name;
    });
    await assert.rejects(other, { code: "unavailable" });
    assert.equal(plans, 0);
    proxy.fromClient = (message) => message;
    proxy.cut();
    await store.replica.synced(AbortSignal.timeout(5_000));
    assert.equal(await store.change((draft) => draft.get("Host", uuid)?.name), "h1");
  });

  test("an address whose commit is refused or lost is the next one that is given", async () => {
    await using intent = await IntentUnderTest.start();
    const { proxy, store } = intent;
    const addresses = new Addresses(store, () => 0, 120_000);
    const [subnet] = [randomUUID()];
    await store.change((draft) =>
      draft.insert("Subnet", subnet, {
        network: null,
        cidr: "10.1.0.0/29",
        gateway: null,
        ranges: [],
        host_routes: [],
        dns: [],
        options: {},
        managed: true,
      }),
    );
    const give = (
      uuid: string,
      also: (draft: Parameters<Parameters<typeof store.change>[0]>[0]) => void = () => {},
    ) =>
      store.change((draft) => {
        const row = draft.get("Subnet", subnet);
        assert.ok(row);
        const ip = addresses.next(draft, row);
        if (ip === undefined) return "none";
        draft.insert("Address", uuid, {
          subnet,
          organization: null,
          ip,
          purpose: "endpoint",
          endpoint: null,
          host: null,
          expires: null,
          since: null,
          note: "",
          labels: {},
        });
        also(draft);
        return ip;
      });
    assert.equal(await give(randomUUID()), "10.1.0.1");
    // The database refuses it: two hosts of one name.
    const refused = give(randomUUID(), (draft) => {
      for (const _ of ["one", "two"]) draft.insert("Host", randomUUID(), hostColumns("twin"));
    });
    await assert.rejects(refused, { code: "internal" });
    let cuts = 3;
    proxy.fromClient = (message) => (isTransact(message) && cuts-- > 0 ? "cut" : message);
    await assert.rejects(give(randomUUID()), { code: "unavailable" });
    const given = [await give(randomUUID()), await give(randomUUID()), await give(randomUUID())];
    assert.deepEqual(new Set(given).size, 3);
    const all = [...given, await give(randomUUID()), await give(randomUUID())];
    assert.deepEqual(all.sort(), ["10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5", "10.1.0.6"]);
    assert.equal(await give(randomUUID()), "none");
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Changeable, JointFailure, jointly } from "../../src/intent/joint-change.ts";
import { hostColumns, IntentUnderTest } from "./intent-under-test.ts";

const uuidOf = (at: number) => `00000000-0000-4000-8000-00000000000${at}`;

/** A use case that makes a host, and gives how many it saw before it. */
const making = (at: number) => async (store: Changeable) => {
  const seen = await store.change((draft) => {
    const before = Array.from(draft.rows("Host")).length;
    draft.insert("Host", uuidOf(at), hostColumns(`h${at}`));
    return before;
  });
  return { seen, name: store.view.get("Host", uuidOf(at))?.name };
};

test("use cases that run together are one transaction, and each sees what those before it change", async () => {
  await using intent = await IntentUnderTest.start();
  const results = await jointly<unknown>(intent.store, [making(1), async () => "nothing to do", making(2)]);
  assert.deepEqual(results, [{ seen: 0, name: "h1" }, "nothing to do", { seen: 1, name: "h2" }]);
  assert.deepEqual(await intent.hostNames(), ["h1", "h2"]);
  assert.deepEqual(await jointly(intent.store, []), []);
});

test("where one fails none changes anything: before its change, in it, or by what the database holds", async () => {
  await using intent = await IntentUnderTest.start();
  await jointly(intent.store, [making(1)]);
  const failing = {
    before: async () => Promise.reject(new Error("no such host")),
    within: async (store: Changeable) =>
      store.change(() => {
        throw new Error("no such host");
      }),
    "by the database": async (store: Changeable) =>
      store.change((draft) => draft.insert("Host", uuidOf(4), hostColumns("h1"))),
  };
  for (const [when, fails] of Object.entries(failing))
    for (const works of [
      [making(2), fails, making(3)],
      [fails, making(2)],
      [making(2), fails],
    ]) {
      await assert.rejects(jointly<unknown>(intent.store, works), /no such host|h1|constraint/, when);
      assert.deepEqual(await intent.hostNames(), ["h1"], when);
    }
});

test("all that fail are told, each by its place, and what one of them drafted is not seen by those after it", async () => {
  await using intent = await IntentUnderTest.start();
  const failing = (word: string) => async (store: Changeable) =>
    store.change((draft) => {
      draft.insert("Host", uuidOf(3), hostColumns("h3"));
      draft.onAbandon(() => givenBack.push(word));
      throw new Error(word);
    });
  const givenBack: string[] = [];
  const seen: number[] = [];
  const counting = async (store: Changeable) =>
    store.change((draft) => void seen.push(Array.from(draft.rows("Host")).length));
  const late = async () => Promise.reject(new Error("no such host"));
  const works = [making(1), failing("one"), counting, failing("other"), late];
  await assert.rejects(jointly<unknown>(intent.store, works), (error) => {
    assert.ok(error instanceof JointFailure);
    assert.deepEqual(
      Array.from(error.failures, ([at, reason]) => [at, String(reason)]),
      [
        [1, "Error: one"],
        [3, "Error: other"],
        [4, "Error: no such host"],
      ],
    );
    return true;
  });
  assert.deepEqual([seen, givenBack], [[1], ["one", "other"]]);
  assert.deepEqual(await intent.hostNames(), []);
});

test("a use case that runs with others makes one change", async () => {
  await using intent = await IntentUnderTest.start();
  const twice = async (store: Changeable) => {
    await making(1)(store);
    await making(2)(store);
  };
  await assert.rejects(jointly<unknown>(intent.store, [twice, making(3)]), /makes one change/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Dependencies } from "../../src/compile/tracking/dependencies.ts";
import { Reader } from "../../src/compile/tracking/readers.ts";
import { fact, has, hasAmong, type IntentRow, type View } from "../../src/intent/view.ts";
import { IntentInMemory, type Write } from "./intent-in-memory.ts";

/** Counts how often it was touched. */
class Probe extends Reader {
  touches = 0;

  touched(): void {
    this.touches++;
  }

  /** Since the last look. */
  take(): number {
    const { touches } = this;
    this.touches = 0;
    return touches;
  }
}

const token = (at: number, columns: Partial<IntentRow<"Token">> = {}): Write => ({
  table: "Token",
  uuid: `t${at}`,
  row: {
    created: 0,
    expires: 0,
    role: "host",
    secret_hash: "same",
    used: null,
    used_by: null,
    used_key: null,
    ...columns,
  },
});
const gone = (at: number): Write => ({ table: "Token", uuid: `t${at}`, row: undefined });

/** A reader of some tokens, and how often it is touched by what is written. */
function reading<V>(work: (view: View) => V, ...rows: readonly Write[]) {
  const intent = new IntentInMemory();
  intent.write(rows);
  const dependencies = new Dependencies(intent);
  const reader = new Probe();
  const read = () => dependencies.make(reader, work);
  const touches = (...writes: readonly Write[]) => {
    dependencies.follow(intent.write(writes));
    while (dependencies.unsettled > 0) dependencies.settleNext();
    return reader.take();
  };
  return { dependencies, reader, read, touches };
}

test("who read columns of a row is touched by them alone, and by the row's end", () => {
  const { read, touches } = reading((view) => view.get("Token", "t1")?.used_by, token(1));
  read();
  assert.equal(touches(token(1, { used: 7 })), 0);
  assert.equal(touches(token(1, { used: 7, used_by: "h1" })), 1);
  assert.equal(touches(gone(1)), 1);
});

test("who read that there is none is touched by the first one", () => {
  const { read, touches } = reading((view) => view.get("Token", "t1"));
  read();
  assert.equal(touches(token(2)), 0);
  assert.equal(touches(token(1)), 1);
});

test("who read the rows of a key, or their count, is touched where one comes or leaves", () => {
  for (const work of [
    (view: View) => view.find("Token", "bySecretHash", "same").length,
    (view: View) => view.count("Token", "bySecretHash", "same"),
  ]) {
    const { read, touches } = reading(work, token(1));
    read();
    assert.equal(touches(token(2, { secret_hash: "other" })), 0);
    assert.equal(touches(token(2)), 1);
    assert.equal(touches(token(1, { secret_hash: "other" })), 1);
    assert.equal(touches(gone(1)), 0);
  }
});

test("who looked at columns of the rows of a key is touched where one of these changes, in any of the rows", () => {
  const { read, touches } = reading(
    (view) => view.find("Token", "bySecretHash", "same").map(({ used_by }) => used_by),
    token(1),
    token(2),
    token(3, { secret_hash: "other" }),
  );
  read();
  assert.equal(touches(token(2, { used: 7 })), 0);
  assert.equal(touches(token(2, { used_by: "h1" })), 1);
  assert.equal(touches(token(3, { secret_hash: "other", used_by: "h1" })), 0);
});

test("a row that is found by a key and asked for by its UUID is known by both", () => {
  const { read, touches } = reading(
    (view) => [view.find("Token", "bySecretHash", "same").length, view.get("Token", "t1")?.used],
    token(1),
  );
  read();
  assert.equal(touches(token(1, { used_by: "h1" })), 0);
  assert.equal(touches(token(1, { used: 7 })), 1);
  assert.equal(touches(token(1, { used: 7, secret_hash: "other" })), 1);
});

test("who asked whether there is any row of a key is touched by the first one and the last one's end", () => {
  const { read, touches } = reading((view) => has(view, "Token", "bySecretHash", "same"));
  read();
  assert.equal(touches(token(1), token(2)), 1);
  assert.equal(touches(token(3)), 0);
  assert.equal(touches(gone(1), gone(2)), 0);
  assert.equal(touches(token(3, { secret_hash: "other" }), token(4)), 0, "one for the other");
  assert.equal(touches(gone(4)), 1);
});

test("who asked that of many keys with the same beginning is touched by any of them", () => {
  const address = (at: number, ip: string): Write => ({
    table: "Address",
    uuid: `a${at}`,
    row: {
      subnet: "s1",
      organization: null,
      ip,
      purpose: "endpoint",
      endpoint: null,
      host: null,
      expires: null,
      since: null,
      note: "",
      labels: {},
    },
  });
  const { read, touches } = reading(
    (view) => hasAmong(view, "Address", "bySubnetIp", "s1", ["10.1.0.7", "10.1.0.8", "10.1.0.9"]),
    address(1, "10.1.0.8"),
  );
  assert.deepEqual(read(), ["10.1.0.8"]);
  assert.equal(touches(address(2, "10.1.0.8")), 0);
  assert.equal(touches(address(2, "10.1.0.9")), 1);
  assert.deepEqual(read(), ["10.1.0.8", "10.1.0.9"]);
});

test("who read all rows is touched by one that comes or goes, and by the columns that it read", () => {
  const { read, touches } = reading((view) => [...view.rows("Token")].map(({ used }) => used), token(1));
  read();
  assert.equal(touches(token(1, { used_by: "h1" })), 0);
  assert.equal(touches(token(1, { used_by: "h1", used: 7 })), 1);
  assert.equal(touches(token(2)), 1);
});

test("what it read until it threw touches a reader", () => {
  const { read, touches } = reading((view) => {
    if (view.get("Token", "t1")?.used === null) throw new Error("unused");
  }, token(1));
  assert.throws(read, /unused/);
  assert.equal(touches(token(1, { used: 7 })), 1);
});

test("what a reader read before, and reads no more, does not touch it", () => {
  let uuid = "t1";
  const { read, touches } = reading((view) => view.get("Token", uuid)?.used, token(1), token(2));
  read();
  uuid = "t2";
  read();
  assert.equal(touches(token(1, { used: 7 })), 0);
  assert.equal(touches(token(2, { used: 7 })), 1);
});

test("a fact touches who asked for it where it says something else, and is worked out once for all who ask", () => {
  let times = 0;
  const users = fact((view, hash: string): readonly string[] => {
    times++;
    return view.find("Token", "bySecretHash", hash).flatMap(({ used_by }) => used_by ?? []);
  });
  const isUsed = fact((view, hash: string): boolean => users(view, hash).length > 0);
  const { dependencies, read, touches } = reading((view) => isUsed(view, "same"), token(1));
  assert.equal(read(), false);
  const other = new Probe();
  dependencies.make(other, (view) => users(view, "same"));
  assert.equal(times, 1);
  assert.equal(touches(token(1, { used_by: "h1" })), 1);
  assert.equal(other.take(), 1);
  assert.equal(touches(token(2, { used_by: "h2" })), 0);
  assert.equal(other.take(), 1);
  assert.equal(touches(token(3)), 0);
  assert.equal(other.take(), 0);
  assert.equal(times, 4);
  assert.equal(read(), true);
});

test("what a fact says is compared however deep, and is one object for all who ask, for as long as it stays the same", () => {
  const users = fact((view): { readonly names: readonly (string | null)[] } => {
    return { names: view.find("Token", "bySecretHash", "same").map(({ used_by }) => used_by) };
  });
  const { dependencies, read, touches } = reading((view) => users(view), token(1));
  const first = read();
  assert.equal(dependencies.make(new Probe(), users), first);
  assert.equal(touches(token(2, { secret_hash: "same" }), gone(1)), 0, "one that says the same for another");
  assert.equal(read(), first);
  assert.equal(touches(token(2, { used_by: "h1" })), 1);
  assert.deepEqual(read(), { names: ["h1"] });
});

test("a fact that throws throws at who asks, and touches them when it says something", () => {
  const used = fact((view): number => {
    const found = view.get("Token", "t1")?.used ?? null;
    if (found === null) throw new Error("unused");
    return found;
  });
  const { read, touches } = reading((view) => used(view), token(1));
  assert.throws(read, /unused/);
  assert.equal(touches(token(1, { used: 7 })), 1);
  assert.equal(read(), 7);
});

test("a fact that nobody asks for any more is not worked out again", () => {
  let times = 0;
  const used = fact((view): boolean => {
    times++;
    return view.get("Token", "t1")?.used !== null;
  });
  let asks = true;
  const { read, touches, dependencies, reader } = reading((view) => asks && used(view), token(1));
  read();
  touches(token(1, { used: 7 }));
  assert.equal(times, 2);
  asks = false;
  read();
  touches(token(1));
  assert.equal(times, 2);
  asks = true;
  assert.equal(read(), false);
  dependencies.forget(reader);
  touches(token(1, { used: 7 }));
  assert.equal(times, 3);
});

test("a row that is kept for later cannot be read then: nobody would know of it", () => {
  const { read } = reading((view) => view.get("Token", "t1"), token(1));
  const row = read();
  assert.throws(() => row?.used, /used was read after/);
});

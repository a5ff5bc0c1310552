import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "../../src/logger.ts";
import { Isolated } from "../../src/runtime/isolated.ts";

function setUp() {
  const lines: string[] = [];
  const line = (level: string) => (fields: object, message: string) => {
    const { item, reason } = fields as { item?: string; reason?: string };
    lines.push([level, item, message, reason].filter((word) => word !== undefined).join(" "));
  };
  const logger: Logger = {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    child: () => logger,
  };
  const pauses: number[] = [];
  const again = (ms: number) => void pauses.push(ms);
  const items = new Isolated({
    what: "a thing",
    backoff: { firstMs: 60_000, longestMs: 600_000 },
    logger,
    again,
  });
  return { items, lines, pauses };
}

const fail = async () => {
  throw new Error("no luck");
};

test("an item that fails rests and is told once; the others go on", async () => {
  const { items, lines, pauses } = setUp();
  const done: string[] = [];
  const attempt = (key: string) =>
    items.attempt(key, async () => {
      if (key === "b") return fail();
      done.push(key);
    });
  for (let round = 0; round < 2; round++) for (const key of ["a", "b", "c"]) await attempt(key);
  assert.deepEqual(done, ["a", "c", "a", "c"]);
  assert.deepEqual([...items.reasons], [["b", "no luck"]]);
  assert.equal(items.rests("b"), true);
  items.retryNow();
  await attempt("b");
  assert.deepEqual(lines, [
    "warn b a thing failed; it is tried again no luck",
    "debug b a thing failed; it is tried again no luck",
  ]);
  const [first = 0, second = 0] = pauses;
  assert.ok(first >= 45_000 && first <= 60_000 && second >= 90_000 && second <= 120_000, pauses.join(" "));
});

test("an item that works again is told; one that is not finished is as it was; one that is gone is forgotten", async () => {
  const { items, lines } = setUp();
  await items.attempt("a", fail);
  items.retryNow();
  assert.equal(await items.attempt("a", async () => "unfinished"), false);
  assert.equal(items.hasFailed("a"), true);
  assert.equal(await items.attempt("a", async () => undefined), true);
  assert.equal(lines.at(-1), "info a a thing works again");
  await items.attempt("a", fail);
  items.keep(new Set(["b"]));
  assert.equal(items.reasons.size, 0);
});

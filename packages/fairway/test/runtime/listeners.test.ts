import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "../../src/logger.ts";
import { Listeners } from "../../src/runtime/listeners.ts";

const failures: string[] = [];
const nothing = () => undefined;
const logger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: (fields: { readonly what?: string }) => void failures.push(fields.what ?? ""),
  child: () => logger,
};

test("listeners are called in their order until they end it, and one that throws keeps it from nobody", async () => {
  const listeners = new Listeners<[word: string]>(logger);
  const heard: string[] = [];
  const end = listeners.add("note the first", (word) => void heard.push(`first ${word}`));
  listeners.add("fail", () => {
    throw new Error("spoilt");
  });
  listeners.add("fail later", () => Promise.reject(new Error("spoilt")));
  listeners.add("note the last", (word) => void heard.push(`last ${word}`));
  listeners.call("one");
  end();
  end();
  listeners.call("two");
  assert.deepEqual(heard, ["first one", "last one", "last two"]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(failures.sort(), ["fail", "fail", "fail later", "fail later"]);
});

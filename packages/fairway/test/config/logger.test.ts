import assert from "node:assert/strict";
import { fstatSync } from "node:fs";
import { test } from "node:test";
import { isJournal } from "../../src/config/journal.ts";
import { LevelledLogger, type LogLevel } from "../../src/config/logger.ts";

function logger(
  format: "json" | "text",
  forJournal = false,
  level: LogLevel = "info",
): { logger: LevelledLogger; lines: string[] } {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  return { logger: LevelledLogger.create({ level, format, forJournal }, sink), lines };
}

const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

test("O07 JSON lines carry time, level, sentence and fields, the child's too", () => {
  const { logger: parent, lines } = logger("json");
  parent.child({ part: "api" }).info({ request: "7" }, "request answered");
  const { time: when, ...line } = JSON.parse(lines[0] ?? "");
  assert.match(when, time);
  assert.deepEqual(line, { level: "info", part: "api", request: "7", msg: "request answered" });
});

test("O07 text lines can be read, and cut apart again", () => {
  const { logger: parent, lines } = logger("text");
  parent.warn({ host: "node-1", detail: "two words", left: 3, labels: { a: "b" } }, "no answer");
  const [line] = lines.map((line) => line.replace(time, "TIME"));
  assert.equal(line, 'TIME WARN  no answer host=node-1 detail="two words" left=3 labels={"a":"b"}\n');
});

test("an error's stack stands below its line", () => {
  const { logger: parent, lines } = logger("text");
  parent.error({ err: new RangeError("too far") }, "failed");
  assert.match(lines[0] ?? "", /ERROR failed\n {2}RangeError: too far\n {6}at /);
});

test("O07 for the journal each line of text begins with its priority, a stack's lines too", () => {
  const { logger: parent, lines } = logger("text", true, "debug");
  parent.debug({}, "a");
  parent.info({}, "b");
  parent.warn({}, "c");
  parent.error({ err: new RangeError("too far") }, "d");
  const [debug, info, warn, error = ""] = lines.map((line) => line.replace(time, "TIME"));
  assert.deepEqual([debug, info, warn], ["<7>TIME DEBUG a\n", "<6>TIME INFO  b\n", "<4>TIME WARN  c\n"]);
  assert.match(error, /^<3>TIME ERROR d\n<3> {2}RangeError: too far\n<3> {6}at /);
  assert.doesNotMatch(error, /^(?!<3>|$)/m);
});

test("O07 JSON for the journal stays JSON", () => {
  const { logger: parent, lines } = logger("json", true);
  parent.info({}, "a");
  assert.equal(JSON.parse(lines[0] ?? "").msg, "a");
});

test("O07 a process writes to the journal where JOURNAL_STREAM names its own standard error", () => {
  const { dev, ino } = fstatSync(2);
  assert.equal(isJournal({ JOURNAL_STREAM: `${dev}:${ino}` }), true);
  assert.equal(isJournal({ JOURNAL_STREAM: `${dev}:${ino + 1}` }), false);
  assert.equal(isJournal({}), false);
});

test("secrets are redacted", () => {
  const { logger: parent, lines } = logger("json");
  parent.info({ token: "swordfish", tls: { privateKey: "swordfish" }, name: "node-1" }, "joined");
  assert.doesNotMatch(lines.join(""), /swordfish/);
  assert.match(lines.join(""), /node-1/);
});

test("O01 the level changes without restart, in children that exist already too", () => {
  const { logger: parent, lines } = logger("json");
  const child = parent.child({ part: "api" });
  child.debug({}, "unheard");
  parent.level = "debug";
  child.debug({}, "heard");
  parent.level = "error";
  child.warn({}, "unheard again");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ["heard"],
  );
});

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ChangeLog } from "../../src/intent/change-log.ts";
import type { Logger } from "../../src/logger.ts";
import { root, TestCenter } from "../center.ts";

function recorded() {
  const lines: (Record<string, unknown> & { readonly message: string })[] = [];
  const nothing = () => undefined;
  const logger: Logger = {
    debug: nothing,
    info: (fields, message) => void lines.push({ ...fields, message }),
    warn: nothing,
    error: nothing,
    child: () => logger,
  };
  return { lines, log: new ChangeLog(logger) };
}

test("A10 a change is its author's, through whatever is awaited, and one without an author the center's own", async () => {
  const { lines, log } = recorded();
  const change = async (uuid: string) => {
    await nextTurn();
    log.committed(log.author, [{ op: "delete", table: "Network", where: [["_uuid", "==", ["uuid", uuid]]] }]);
  };
  await Promise.all([
    log.onBehalfOf({ who: "root", request: "r1" }, () => change("u1")),
    log.onBehalfOf({ who: "principal ci", request: "r2" }, () => change("u2")),
    change("u3"),
  ]);
  assert.deepEqual(
    lines.toSorted((a, b) => String(a["changes"]).localeCompare(String(b["changes"]))),
    [
      { author: "root", request: "r1", changes: ["delete Network u1"], message: "intent changed" },
      { author: "principal ci", request: "r2", changes: ["delete Network u2"], message: "intent changed" },
      { author: "center", changes: ["delete Network u3"], message: "intent changed" },
    ],
  );
});

test("A10 what changed nothing is not told, and of much only the beginning", () => {
  const { lines, log } = recorded();
  log.committed(log.author, []);
  log.committed(
    log.author,
    Array.from({ length: 25 }, (_, at) => ({ op: "insert", table: "Network", uuid: `u${at}`, row: {} })),
  );
  assert.equal(lines.length, 1);
  const { changes, more } = lines[0] ?? assert.fail();
  assert.deepEqual([(changes as string[]).length, more], [20, 5]);
});

test("A10 changes that are committed in one transaction are each told as their author's", async () => {
  await using center = await TestCenter.start();
  const { changeLog } = center.store;
  const committed = mock.method(changeLog, "committed").mock;
  const { authorship, hosts } = center.service;
  const register = (name: string, caller: typeof root.caller) =>
    authorship.onBehalfOf({ ...root, caller }, () =>
      hosts.register(name, { systemId: `system-${name}` }, root),
    );
  await Promise.all([
    register("h1", { kind: "root" }),
    register("h2", { kind: "host", name: "h2" }),
    register("h3", { kind: "principal", name: "ci", role: "admin", organization: null }),
  ]);
  assert.deepEqual(
    committed.calls
      .filter(({ arguments: [, operations] }) => operations.length > 0)
      .map(({ arguments: [{ who }] }) => who),
    ["root", "host h2", "principal ci"],
  );
});

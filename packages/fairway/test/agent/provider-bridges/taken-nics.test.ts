import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { v7 } from "uuid";
import {
  nicFile,
  readNicRecord,
  wantedMove,
  writeNicRecord,
} from "../../../src/agent/provider-bridges/nic-record.ts";
import { TakenNics } from "../../../src/agent/provider-bridges/taken-nics.ts";
import { quiet } from "../stub-center.ts";

const move = { nic: "eth1", bridge: "fw-br1", physicalNetwork: v7(), datapathType: "" };
const place = { hasAddresses: true, isInBridge: false };

test("P12 the move of a NIC that is broken off says so, and is begun anew only when it is asked for again", async () => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.adopt(await mkdtemp(join(tmpdir(), "fairway-nics-")), (path) =>
    rm(path, { recursive: true }),
  );
  const file = nicFile(directory, move.nic);
  const steps = [
    () => Promise.reject(new Error("no such program")),
    // Killed in the middle.
    async () => writeNicRecord(file, { ...wantedMove(move, undefined), state: "moving" }),
    async () => writeNicRecord(file, { ...wantedMove(move, undefined), state: "taken" }),
  ];
  let ended = Promise.withResolvers<boolean>();
  const nics = new TakenNics({
    directory,
    start: () => steps.shift()?.() ?? Promise.reject(new Error("started once too often")),
    onEnd: (isComplete) => ended.resolve(isComplete),
    logger: quiet,
  });
  for (const expected of [false, false, true]) {
    ended = Promise.withResolvers();
    assert.equal(await nics.take(move, place), "unfinished");
    assert.equal(await ended.promise, expected);
    if (!expected) await assert.rejects(nics.take(move, place), /eth1 was interrupted; it is taken up again/);
  }
  assert.equal((await readNicRecord(file))?.state, "taken");
  assert.equal(await nics.take(move, { hasAddresses: false, isInBridge: true }), undefined);
  assert.equal(steps.length, 0);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import type { Event } from "../../src/center/schemas/event.ts";
import { nouns } from "../../src/center/schemas/nouns.ts";
import { main } from "../../src/cli/main.ts";
import { FairwayError } from "../../src/errors.ts";
import { samples } from "../api/sample-objects.ts";
import { type Served, serve } from "../api/serve.ts";

async function fairway(served: Served, line: string) {
  let [out, err] = ["", ""];
  const status = await main([...line.split(" "), "--socket", served.path], {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    environment: {},
    run: () => Promise.reject(new Error("not asked for")),
  });
  return { status, out, err };
}

const at = (number: number) => ({ id: `3-abc.${number}`, time: "2026-11-25T12:00:01.000Z" });
const created: readonly Event[] = [
  {
    ...at(1),
    type: "created",
    noun: "network",
    uuid: samples.network.uuid,
    name: "blue",
    object: samples.network,
  },
  {
    ...at(2),
    type: "changed",
    noun: "endpoint",
    uuid: samples.endpoint.uuid,
    name: samples.endpoint.mac,
    object: samples.endpoint,
  },
  { ...at(3), type: "changed", noun: "host", uuid: samples.host.uuid, name: "node-1", object: samples.host },
  {
    ...at(4),
    type: "created",
    noun: "address",
    uuid: samples.address.uuid,
    name: "10.1.0.7",
    object: samples.address,
  },
  {
    ...at(5),
    type: "removed",
    noun: "network",
    uuid: samples.network.uuid,
    name: "blu\u001be",
    object: null,
  },
];

test("A04 fairway events prints a line for each change, and with -o json the event itself", async () => {
  const asked: unknown[] = [];
  await using served = await serve({
    events: {
      async *follow(wish) {
        asked.push(wish);
        yield { type: "ready", id: "3-abc.0" };
        yield* created;
      },
    },
  });
  assert.deepEqual(await fairway(served, "events --count 5 --noun network --noun endpoint --after 3-abc.0"), {
    status: 0,
    out: [
      "12:00:01 created network  blue 10.1.0.0/24",
      "12:00:01 changed endpoint 02:42:0a:01:00:07 web-1 10.1.0.7/24 on blue",
      "12:00:01 changed host     node-1 up",
      "12:00:01 created address  10.1.0.7 of blue",
      "12:00:01 removed network  blu?e",
      "",
    ].join("\n"),
    err: "",
  });
  assert.deepEqual(asked, [{ nouns: ["network", "endpoint"], after: "3-abc.0" }]);
  const { out } = await fairway(served, "events --count 2 -o json");
  assert.deepEqual(
    out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
    created.slice(0, 2),
  );
  const documents = parseAllDocuments((await fairway(served, "events --count 2 -o yaml")).out);
  assert.deepEqual(
    documents.map((document) => document.toJS()),
    created.slice(0, 2),
  );
});

test("A04 fairway events goes on behind the last event when the connection is lost, and ends when that is forgotten", async () => {
  const asked: unknown[] = [];
  await using served = await serve({
    events: {
      async *follow({ after }) {
        asked.push(after);
        if (asked.length === 3)
          throw new FairwayError("gone", "what happened after event 3-abc.2 is not remembered");
        yield { type: "ready", id: after ?? "3-abc.0" };
        const next = created[asked.length - 1];
        if (next !== undefined) yield next;
      },
    },
  });
  const { status, out, err } = await fairway(served, "events");
  assert.equal(status, 1);
  assert.deepEqual(asked, [undefined, "3-abc.1", "3-abc.2"]);
  assert.equal(out.split("\n").length, 3);
  assert.match(
    err,
    /ended the stream; trying again\n.*ended the stream; trying again\nfairway: what happened after event 3-abc\.2 is not remembered\n$/,
  );
});

test("A04 fairway events says why it was cut, and what it did not understand", async () => {
  await using served = await serve({
    events: {
      async *follow() {
        yield { type: "ready", id: "3-abc.0" };
        yield { type: "cut", id: "3-abc.0", reason: "the reader was too slow" };
      },
    },
  });
  assert.deepEqual(await fairway(served, "events"), {
    status: 1,
    out: "",
    err: "fairway: the reader was too slow\n",
  });
  assert.equal((await fairway(served, "events --noun netwrok")).status, 2);
  // The feed has events of each of them.
  for (const noun of nouns) assert.equal((await fairway(served, `events --noun ${noun}`)).status, 1, noun);
  assert.equal((await fairway(served, "events --count 0")).status, 2);
});

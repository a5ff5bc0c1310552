import assert from "node:assert/strict";
import { test } from "node:test";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

const { router } = samples;

test("R01 fairway router ls and show print routers with their networks and routes", async () => {
  const asked: unknown[] = [];
  await using served = await serve({ routers: { list: (filter) => (asked.push(filter), [router]) } });
  const listed = await at(served, "router ls --label team=web --name off*");
  assert.deepEqual(listed.out.split("\n").slice(0, 2), [
    "NAME    ID            NETWORKS  GATEWAY        ROUTES       STATUS",
    "office  dddddddd-000  blue      lan by node-1  10.9.0.0/16  ok",
  ]);
  assert.deepEqual(asked, [{ name: "off*", label: "team=web", limit: 500 }]);
  assert.equal(
    (await at(served, "router show office")).out,
    `name:      office
id:        ${router.uuid}
revision:  0123456789abcdef
status:    ok
labels:    –
options:   –
routes:    10.9.0.0/16 by 10.1.0.7
gateway:
  - network:    lan
    addresses:  10.50.0.2/24
    snat:       yes
    hosts:      node-1, node-2 (its next hop 10.50.0.1 does not answer)
    active:     node-1
networks:
  - network:    blue
    addresses:  10.1.0.1/24
`,
  );
});

test("R01 R02 commands that change routers send what they say, dry runs too", async () => {
  const asked: unknown[] = [];
  const note =
    (verb: string) =>
    async (...args: readonly unknown[]) => {
      asked.push([verb, ...args.slice(0, -1)]);
      return router;
    };
  await using served = await serve({
    routers: {
      put: note("put"),
      update: note("update"),
      remove: note("remove"),
      attach: note("attach"),
      detach: note("detach"),
    },
  });
  for (const line of [
    "router create office --route 10.9.0.0/16,10.1.0.7 --label team=ops",
    "router update office --label-rm team",
    "router attach office lan --address 10.50.0.2 --dry-run",
    "router detach office lan",
    "router route add office 10.9.0.0/16 10.1.0.7",
    "router route rm office 10.9.0.0/16 --dry-run",
    "router gateway set office lan --host h1 --host h2 --address 10.50.0.2 --no-snat",
    "router gateway clear office --dry-run",
    "router rm office",
  ])
    assert.equal((await at(served, line)).err, "", line);
  const now = { isDry: false, revisions: undefined };
  const dry = { ...now, isDry: true };
  assert.deepEqual(asked, [
    [
      "put",
      { name: "office", routes: { "10.9.0.0/16": "10.1.0.7" }, labels: { team: "ops" }, options: {} },
      { isDry: false },
    ],
    ["update", "office", { labels: { team: null } }, now],
    ["attach", "office", "lan", { addresses: ["10.50.0.2"], options: {} }, dry],
    ["detach", "office", "lan", now],
    ["update", "office", { routes: { "10.9.0.0/16": "10.1.0.7" } }, now],
    ["update", "office", { routes: { "10.9.0.0/16": null } }, dry],
    [
      "update",
      "office",
      { gateway: { network: "lan", hosts: ["h1", "h2"], addresses: ["10.50.0.2"], snat: false } },
      now,
    ],
    ["update", "office", { gateway: null }, dry],
    ["remove", "office", now],
  ]);
  assert.match(
    (await at(served, "router gateway set office lan")).err,
    /--host is missing: name the hosts that may be the way out/,
  );
  const { err, status } = await at(served, "router create office --route 10.9.0.0/16");
  assert.deepEqual(
    [status, err],
    [1, "fairway: --route takes DESTINATION,NEXTHOP, e.g. 10.9.0.0/16,10.1.0.7; it is 10.9.0.0/16\n"],
  );
});

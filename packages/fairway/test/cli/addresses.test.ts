import assert from "node:assert/strict";
import { test } from "node:test";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

test("I11 fairway address ls prints who has which address, and asks for what its flags say", async () => {
  const asked: unknown[] = [];
  await using served = await serve({
    addresses: { list: (filter) => (asked.push(filter), [samples.address, samples.reservation]) },
  });
  const { out, err } = await at(
    served,
    "address ls blue --subnet 10.1.0.0/24 --endpoint web --purpose reserved",
  );
  assert.equal(err, "");
  assert.deepEqual(out.split("\n").slice(0, 3), [
    "ADDRESS   NETWORK  PURPOSE   HOLDER   HOST    PUBLISHED   SINCE                 FREE AFTER  LABELS",
    "10.1.0.7  blue     endpoint  web-1    node-1  *:8080/tcp  2026-11-25 12:00:00Z  –           –",
    "10.1.0.9  blue     reserved  printer  –       –           2026-11-25 12:00:00Z  –           –",
  ]);
  const filter = { network: "blue", subnet: "10.1.0.0/24", endpoint: "web", purpose: "reserved" };
  assert.deepEqual(asked, [{ ...filter, limit: 500 }]);
});

test("I11 fairway address reserve and release send what their flags say, and print the address", async () => {
  const asked: unknown[] = [];
  await using served = await serve({
    reservations: {
      reserve: async (body, { isDry }) => (asked.push({ ...body, isDry }), samples.reservation),
      release: async (reference, { isDry }) => (asked.push({ reference, isDry }), samples.reservation),
    },
  });
  const before = Date.now();
  const lines = [
    "address reserve blue 10.1.0.9 --note printer --label room=4 --dry-run",
    "address reserve blue --ipv6 --expires 1h",
    "address release 10.1.0.9@blue",
  ];
  const printed = [];
  for (const line of lines) printed.push((await at(served, line)).out);
  assert.deepEqual(printed, ["10.1.0.9\n", "10.1.0.9\n", "10.1.0.9: is not reserved on blue any more\n"]);
  const [first, second, third] = asked as [unknown, { expires: string }, unknown];
  const common = { network: "blue", isDry: false, note: "", labels: {} };
  assert.deepEqual(first, {
    ...common,
    ip: "10.1.0.9",
    note: "printer",
    labels: { room: "4" },
    expires: null,
    isDry: true,
  });
  const { expires, ...rest } = second;
  assert.deepEqual(rest, { ...common, family: 6 });
  assert.ok(Date.parse(expires) >= before + 3_600_000 && Date.parse(expires) <= Date.now() + 3_600_000);
  assert.deepEqual(third, { reference: "10.1.0.9@blue", isDry: false });
});

test("I11 fairway address history prints who had an address and when, and refuses a time that is none", async () => {
  const asked: unknown[] = [];
  await using served = await serve({
    addresses: { history: (filter) => (asked.push(filter), [samples.addressUse]) },
  });
  const { out } = await at(served, "address history 10.1.0.7 --network blue --at 2026-11-25T12:00:00+01:00");
  assert.deepEqual(out.split("\n"), [
    "ADDRESS   NETWORK  KIND       HOLDER  HOST    FROM                  UNTIL",
    "10.1.0.7  blue     container  web-0   node-1  2026-11-24 12:00:00Z  2026-11-25 11:59:00Z",
    "",
  ]);
  const filter = { ip: "10.1.0.7", network: "blue", at: "2026-11-25T11:00:00.000Z" };
  assert.deepEqual(asked, [{ ...filter, limit: 500 }]);
  const { status, err } = await at(served, "address history --at noon");
  assert.deepEqual([status, /It must be a time, e\.g\. 2026-11-27T14:00:00Z/.test(err)], [2, true]);
});

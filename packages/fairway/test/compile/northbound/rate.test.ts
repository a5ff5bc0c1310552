import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { endpointUnits } from "../../../src/compile/northbound/endpoint.ts";
import { rateOf, readRate } from "../../../src/intent/rate.ts";
import { engineId, root, TestCenter } from "../../center.ts";
import { anyIntent } from "../any-intent.ts";
import { IntentInMemory } from "../intent-in-memory.ts";

test("S04 rates are read as tc writes them, in kbit/s; what is none is not", () => {
  const read: readonly (readonly [string, number])[] = [
    ["10mbit", 10_000],
    ["64kbit", 64],
    ["1gbit", 1_000_000],
    ["1.5Mbit", 1_500],
    [" 2 mbit ", 2_000],
    ["0.5gbit", 500_000],
  ];
  for (const [text, rate] of read) assert.equal(readRate(text), rate, text);
  const wrong = [
    "",
    "10",
    "mbit",
    "10mb",
    "10mbps",
    "10mibit",
    "-1mbit",
    "1e3mbit",
    "10mbit/20mbit",
    "1.mbit",
    "∞mbit",
  ];
  for (const text of wrong) assert.equal(readRate(text), Number.NaN, text);
  assert.equal(rateOf({ options: { "fairway.rate": "`10mbit`" } }), 10_000);
  for (const text of ["63kbit", "101gbit", "fast"])
    assert.equal(rateOf({ options: { "fairway.rate": text } }), undefined, text);
});

test("S04 an endpoint with a rate has a bucket for each direction, of half a second and no less than the largest packet; another has none", () => {
  let limited = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const endpoint of intent.rows("Endpoint")) {
        const rows = endpointUnits.compile(intent, endpoint._uuid);
        const buckets = rows.flatMap((row) => (row.table === "QoS" ? [row] : []));
        const rate = rows.length === 0 ? undefined : rateOf(endpoint);
        limited += rate === undefined ? 0 : 1;
        assert.deepEqual(
          buckets.map(({ columns: { direction, match, bandwidth }, references: [to] }) => [
            direction,
            match,
            bandwidth,
            to?.uuid,
          ]),
          rate === undefined
            ? []
            : (
                [
                  ["from-lport", "inport"],
                  ["to-lport", "outport"],
                ] as const
              ).map(([direction, port]) => [
                direction,
                `${port} == "${endpoint._uuid}"`,
                { rate, burst: Math.max(rate / 2, 525) },
                endpoint.network,
              ]),
        );
      }
    }),
  );
  assert.ok(limited > 0);
});

test("S04 Northbound follows a port's rate while it is there", async () => {
  await using center = await TestCenter.start();
  const { networks, ports } = center.service;
  await networks.create({ name: "blue", subnets: [{ cidr: "10.1.0.0/24" }] }, {}, root);
  const options = { "fairway.rate": "10mbit" };
  await ports.create({ name: "vm1", network: "blue", addresses: [], labels: {}, options }, {}, root);
  const buckets = async () => {
    await center.settled();
    const select = { op: "select", table: "QoS", where: [], columns: ["direction", "bandwidth"] } as const;
    const [{ rows = [] } = {}] = (await center.client.transact("OVN_Northbound", [select])) as {
      rows?: { direction: string; bandwidth: readonly [string, readonly (readonly [string, number])[]] }[];
    }[];
    const sorted = rows.toSorted((one, other) => (one.direction < other.direction ? -1 : 1));
    return sorted.map(({ direction, bandwidth: [, entries] }) => [direction, Object.fromEntries(entries)]);
  };
  const each = (bandwidth: { rate: number; burst: number }) => [
    ["from-lport", bandwidth],
    ["to-lport", bandwidth],
  ];
  assert.deepEqual(await buckets(), each({ rate: 10_000, burst: 5_000 }));
  await ports.update("vm1", { options: { "fairway.rate": "64kbit" } }, {}, root);
  assert.deepEqual(await buckets(), each({ rate: 64, burst: 525 }));
  await ports.update("vm1", { options: { "fairway.rate": null } }, {}, root);
  assert.deepEqual(await buckets(), []);
});

test("S04 a rate that is none, or too low or high, is refused with what would be right, and nothing is made", async () => {
  await using center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  for (const text of ["10", "fast", "10mbps", "63kbit", "100.1gbit", "", "10mbit/20mbit"]) {
    const key = { host: "h1", networkId: blue.id, endpointId: engineId() };
    const options = { "fairway.rate": text };
    await assert.rejects(center.service.dockerEndpoints.create(key, { addresses: [], options }, root), {
      code: "invalid",
      message: `option fairway.rate=${text} is not valid; it takes a rate from 64kbit to 100gbit, e.g. 10mbit`,
    });
  }
  assert.deepEqual(center.service.endpoints.list({}, root), []);
});

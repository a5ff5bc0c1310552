import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { type Observation, planPorts } from "../../../src/agent/ports/reconcile-plan.ts";

const someOf = fc
  .uniqueArray(fc.constantFrom<string>("a", "b", "c", "d", "e", "f"))
  .map((list) => new Set(list));
const graceMs = 10_000;
const everything: fc.Arbitrary<Observation> = fc.record(
  {
    desired: someOf,
    down: someOf,
    isFresh: fc.boolean(),
    ports: someOf,
    links: someOf,
    isBusy: someOf.map((busy) => (endpoint: string) => busy.has(endpoint)),
    superfluousSince: fc.constant(new Map<string, number>()),
    graceMs: fc.constant(graceMs),
    nowMs: fc.nat(),
  },
  { noNullPrototype: true },
);
const observation = everything.map((seen) => ({ ...seen, down: seen.down.intersection(seen.desired) }));

test("nothing is removed at first sight", () => {
  fc.assert(fc.property(observation, (seen) => assert.deepEqual(planPorts(seen).remove, [])));
});

test("what stays superfluous is removed after the grace time, and only that", () => {
  fc.assert(
    fc.property(observation, observation, (first, second) => {
      const { superfluousSince } = planPorts(first);
      const { remove } = planPorts({ ...second, superfluousSince, nowMs: first.nowMs + graceMs });
      for (const endpoint of remove) {
        for (const seen of [first, second]) {
          assert.ok(seen.isFresh, "by a state that may be behind");
          assert.ok(!seen.desired.has(endpoint), "desired");
          assert.ok(!seen.isBusy(endpoint), "in work");
          assert.ok(seen.ports.has(endpoint) || seen.links.has(endpoint), "not ours");
        }
      }
    }),
  );
});

test("a port is made again only for an endpoint that is desired, has its link, lacks its port, may have one and rests", () => {
  fc.assert(
    fc.property(observation, (seen) => {
      const expected = [...seen.desired.difference(seen.down)].filter(
        (endpoint) => seen.links.has(endpoint) && !seen.ports.has(endpoint) && !seen.isBusy(endpoint),
      );
      assert.deepEqual(planPorts(seen).restore, expected);
    }),
  );
});

test("M07 a port goes down where the center says so at this moment, and nobody works on it", () => {
  fc.assert(
    fc.property(observation, (seen) => {
      const expected = [...seen.down].filter(
        (endpoint) => seen.ports.has(endpoint) && seen.isFresh && !seen.isBusy(endpoint),
      );
      assert.deepEqual(planPorts(seen).lower.toSorted(), expected.toSorted());
    }),
  );
});

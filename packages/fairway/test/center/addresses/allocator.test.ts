import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { Allocator, REST_MS } from "../../../src/center/addresses/allocator.ts";
import { parseCidr, usable } from "../../../src/ip.ts";

const allocatorOf = (cidr: string) => new Allocator([usable(parseCidr(cidr))]);

function drain(allocator: Allocator): bigint[] {
  const given: bigint[] = [];
  for (let ip = allocator.next(0); ip !== undefined; ip = allocator.next(0)) given.push(ip);
  return given;
}

for (const [cidr, hosts] of [
  ["10.0.0.0/24", 254],
  ["10.0.0.0/30", 2],
  ["10.0.0.0/31", 2],
  ["10.0.0.7/32", 1],
  ["fd00::/120", 255],
  ["fd00::/127", 2],
  ["fd00::7/128", 1],
] as const) {
  test(`I07 ${cidr} gives exactly its ${hosts} usable addresses`, () => {
    const given = drain(allocatorOf(cidr));
    const { first, last } = usable(parseCidr(cidr));
    assert.equal(given.length, hosts);
    assert.equal(new Set(given).size, hosts);
    assert.ok(given.every((ip) => ip >= first && ip <= last));
  });
}

test("an address that was released rests, and others are given first", () => {
  const allocator = allocatorOf("10.0.0.0/29");
  const [first] = drain(allocator);
  assert.ok(first !== undefined);
  allocator.release(first, 0);
  allocator.release(first + 1n, 1000);
  assert.equal(allocator.next(REST_MS), first, "rested long enough");
  assert.equal(allocator.next(REST_MS), first + 1n, "only a resting one is left");
  assert.equal(allocator.next(REST_MS), undefined);
});

test("I07 a released address rests for a minute where others are free, and is given after it", () => {
  const allocator = allocatorOf("10.0.0.0/30");
  const first = allocator.next(0);
  assert.ok(first !== undefined);
  allocator.release(first, 0);
  const second = allocator.next(1);
  assert.equal(second, first + 1n);
  allocator.undo(second);
  assert.equal(allocator.next(59_999), second, "the other rests for a millisecond yet");
  allocator.undo(second);
  assert.deepEqual([allocator.resting(59_999).length, allocator.resting(60_000).length], [1, 0]);
  assert.deepEqual([allocator.next(60_000), allocator.next(60_000)], [second, first]);
});

test("I07 of addresses that were released in one millisecond the one released first is given first", () => {
  const allocator = allocatorOf("10.0.0.0/30");
  const [one, other] = drain(allocator);
  assert.ok(one !== undefined && other !== undefined);
  allocator.release(one, 0);
  allocator.release(other, 0);
  assert.ok(allocator.take(one));
  allocator.release(one, 0);
  assert.equal(allocator.next(0), other);
});

test("I07 thousands of releases later addresses rest, and are given, as after the first", () => {
  const allocator = allocatorOf("10.0.0.0/29");
  const stepMs = REST_MS / 4;
  const released = new Map<bigint, number>();
  for (let now = 0; now < 5_000 * stepMs; now += stepMs) {
    const given = allocator.next(now);
    assert.ok(given !== undefined);
    assert.ok((released.get(given) ?? Number.NEGATIVE_INFINITY) + REST_MS <= now, `${given} at ${now}`);
    allocator.release(given, now);
    released.set(given, now);
  }
  assert.equal(released.size, 6);
  assert.equal(allocator.taken, 0);
});

test("I07 what is taken back leaves everything as it was: the next address, and the rest of one that rested", () => {
  const allocator = allocatorOf("10.0.0.0/29");
  const first = allocator.next(0);
  assert.ok(first !== undefined);
  const [second, third] = [allocator.next(0), allocator.next(0)];
  assert.deepEqual([second, third], [first + 1n, first + 2n]);
  for (const ip of [third, second]) allocator.undo(ip ?? 0n);
  allocator.release(first, 0);
  assert.ok(allocator.take(first));
  allocator.undo(first);
  assert.deepEqual(allocator.resting(REST_MS - 1), [{ ip: first, until: REST_MS }]);
  assert.deepEqual([allocator.taken, allocator.next(1)], [0, second]);
});

test("next-fit goes on behind the address that was given last", () => {
  const allocator = allocatorOf("10.0.0.0/24");
  const first = allocator.next(0);
  assert.ok(first !== undefined);
  allocator.release(first, 0);
  assert.equal(allocator.next(REST_MS * 2), first + 1n);
});

test("the allocator agrees with a model under any sequence of takes, gifts and releases", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("take" as const), at: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ kind: fc.constant("undo" as const), at: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ kind: fc.constant("release" as const), at: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ kind: fc.constant("next" as const), at: fc.constant(0) }),
    fc.record({ kind: fc.constant("wait" as const), at: fc.integer({ min: 0, max: REST_MS }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const allocator = new Allocator([
        { first: 2n, last: 6n },
        { first: 9n, last: 15n },
      ]);
      const inRange = (ip: bigint) => (ip >= 2n && ip <= 6n) || (ip >= 9n && ip <= 15n);
      const used = new Set<bigint>();
      const rest = new Map<bigint, number>();
      const wouldRest = new Map<bigint, number>();
      let now = 0;
      const use = (ip: bigint) => {
        if (used.has(ip)) return;
        used.add(ip);
        const until = rest.get(ip);
        if (until === undefined) wouldRest.delete(ip);
        else wouldRest.set(ip, until);
        rest.delete(ip);
      };
      const longestResting = () =>
        [...rest].sort(([, one], [, other]) => one - other).find(([ip]) => inRange(ip))?.[0];
      for (const { kind, at } of steps) {
        const ip = BigInt(at);
        if (kind === "take") {
          assert.equal(allocator.take(ip), !used.has(ip));
          use(ip);
        } else if (kind === "undo") {
          allocator.undo(ip);
          const until = wouldRest.get(ip);
          if (used.delete(ip) && until !== undefined) rest.set(ip, until);
        } else if (kind === "release") {
          allocator.release(ip, now);
          if (used.delete(ip)) rest.set(ip, now + REST_MS);
        } else if (kind === "wait") {
          now += at;
        } else {
          for (const [resting, until] of rest) if (until <= now) rest.delete(resting);
          const given = allocator.next(now);
          const candidates = Array.from({ length: 21 }, (_, i) => BigInt(i)).filter(
            (i) => inRange(i) && !used.has(i),
          );
          const fresh = candidates.filter((i) => !rest.has(i));
          if (given === undefined) assert.deepEqual(candidates, []);
          else if (fresh.length > 0) assert.ok(fresh.includes(given));
          else assert.equal(given, longestResting());
          if (given !== undefined) use(given);
        }
        assert.equal(allocator.taken, used.size);
        for (const address of used) assert.ok(allocator.has(address));
      }
    }),
  );
});

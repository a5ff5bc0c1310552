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
  assert.equal(allocator.next(60_000), first);
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
      let now = 0;
      for (const { kind, at } of steps) {
        const ip = BigInt(at);
        if (kind === "take") {
          assert.equal(allocator.take(ip), !used.has(ip));
          rest.delete(ip);
          used.add(ip);
        } else if (kind === "undo") {
          allocator.undo(ip);
          used.delete(ip);
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
          else assert.ok(fresh.length > 0 ? fresh.includes(given) : given === [...rest.keys()].find(inRange));
          if (given !== undefined) {
            used.add(given);
            rest.delete(given);
          }
        }
        assert.equal(allocator.taken, used.size);
        for (const address of used) assert.ok(allocator.has(address));
      }
    }),
  );
});

import { Allocator } from "../packages/fairway/src/center/addresses/allocator.ts";
import { parseCidr, usable } from "../packages/fairway/src/ip.ts";
import { table } from "./statistics.ts";

/** How fast addresses are chosen in memory: a million allocations, and a million allocations and releases in turn. */
const count = 1_000_000;
const rounds = 3;

const rows = ["10.0.0.0/8", "fd00::/64"].flatMap((cidr) => [
  [cidr, "allocate", ...repeated(() => allocate(cidr))],
  [cidr, "release and allocate, 100,000 in use", ...repeated(() => exchange(cidr))],
]);
console.log(
  table(["subnet", "a million times", ...Array.from({ length: rounds }, (_, at) => `run ${at + 1}`)], rows),
);

function repeated(run: () => void): string[] {
  return Array.from({ length: rounds }, () => {
    const begun = performance.now();
    run();
    const perSecond = count / ((performance.now() - begun) / 1000);
    return `${Math.round(perSecond / 1000).toLocaleString("en")} thousand/s`;
  });
}

function allocatorOf(cidr: string): Allocator {
  return new Allocator([usable(parseCidr(cidr))]);
}

function allocate(cidr: string): void {
  const allocator = allocatorOf(cidr);
  for (let at = 0; at < count; at++) next(allocator, 0);
}

/** Time passes by 1 ms with each exchange, so that 60,000 addresses rest at any time. */
function exchange(cidr: string): void {
  const allocator = allocatorOf(cidr);
  const used = Array.from({ length: 100_000 }, () => next(allocator, 0));
  for (let at = 0; at < count; at++) {
    const place = at % used.length;
    allocator.release(used[place] ?? 0n, at);
    used[place] = next(allocator, at);
  }
}

function next(allocator: Allocator, now: number): bigint {
  const ip = allocator.next(now);
  if (ip === undefined) throw new Error("the subnet is full");
  return ip;
}

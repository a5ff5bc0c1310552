import type { Span } from "../../ip.ts";
import { SparseBitmap } from "./sparse-bitmap.ts";

/** How long a released address rests before it is given to somebody else, ms. */
export const REST_MS = 60_000;

interface Rest {
  readonly ip: bigint;
  /** ms */
  readonly until: number;
}

/** The addresses of one subnet that are in use, and those that rest. Pure: it reads no clock and does no I/O; `now` is in ms. */
export class Allocator {
  /** What is in use or rests. */
  readonly #bitmap = new SparseBitmap();
  readonly #range: readonly Span[];
  readonly #resting = new Map<bigint, Rest>();
  /** Until when an address that is in use would have rested. */
  readonly #wouldRest = new Map<bigint, number>();
  /** What rests, in order of its end; those that `#resting` does not have are void. */
  #queue: Rest[] = [];
  #head = 0;
  /** Behind the address that was given last. */
  #cursor = 0n;
  #taken = 0;

  /** @param range what `next` may give, ascending and disjoint; `take` takes any address. */
  constructor(range: readonly Span[]) {
    this.#range = range;
  }

  /** How many addresses are in use; resting ones are not. */
  get taken(): number {
    return this.#taken;
  }

  has(ip: bigint): boolean {
    return this.#bitmap.has(ip) && !this.#resting.has(ip);
  }

  /** What rests at this time. */
  resting(now: number): readonly Rest[] {
    return Array.from(this.#resting.values()).filter(({ until }) => until > now);
  }

  /** Takes this address, also one that rests. @returns false where it is in use. */
  take(ip: bigint): boolean {
    const rest = this.#resting.get(ip);
    if (rest === undefined && !this.#bitmap.add(ip)) return false;
    if (rest !== undefined) this.#wouldRest.set(ip, rest.until);
    this.#resting.delete(ip);
    this.#taken++;
    return true;
  }

  /**
   * Takes the next free address behind the one given last (next-fit). Where only resting ones are left, the one that
   * has rested longest: a full subnet is worse than a short rest.
   */
  next(now: number): bigint | undefined {
    this.#wake(now);
    const ip = this.#nextFree() ?? this.#longestResting();
    if (ip === undefined) return undefined;
    this.take(ip);
    this.#cursor = ip + 1n;
    return ip;
  }

  /** Frees the address after its rest. What is not in use stays as it is. */
  release(ip: bigint, now: number): void {
    if (!this.has(ip)) return;
    this.#wouldRest.delete(ip);
    this.#rest({ ip, until: now + REST_MS });
    this.#taken--;
  }

  /**
   * Takes back a `take` or `next` that came to nothing: the address was never used, so it rests only if it did before. Who takes back
   * several begins with the last one: then `next` gives the same again.
   */
  undo(ip: bigint): void {
    if (!this.has(ip)) return;
    const until = this.#wouldRest.get(ip);
    if (until === undefined) this.#bitmap.delete(ip);
    else this.#rest({ ip, until });
    this.#wouldRest.delete(ip);
    if (this.#cursor === ip + 1n) this.#cursor = ip;
    this.#taken--;
  }

  #rest(rest: Rest): void {
    this.#resting.set(rest.ip, rest);
    const behind = this.#queue.findLastIndex(({ until }) => until <= rest.until) + 1;
    this.#queue.splice(Math.max(behind, this.#head), 0, rest);
  }

  #wake(now: number): void {
    for (let entry = this.#queue[this.#head]; entry !== undefined; entry = this.#queue[++this.#head]) {
      const rests = this.#resting.get(entry.ip) === entry;
      if (rests && entry.until > now) break;
      if (!rests) continue;
      this.#resting.delete(entry.ip);
      this.#bitmap.delete(entry.ip);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #nextFree(): bigint | undefined {
    const cursor = this.#cursor;
    for (const { first, last } of this.#range) {
      if (last < cursor) continue;
      const free = this.#bitmap.firstGap({ first: first > cursor ? first : cursor, last });
      if (free !== undefined) return free;
    }
    for (const { first, last } of this.#range) {
      if (first >= cursor) return undefined;
      const free = this.#bitmap.firstGap({ first, last: last < cursor ? last : cursor - 1n });
      if (free !== undefined) return free;
    }
    return undefined;
  }

  #longestResting(): bigint | undefined {
    for (let at = this.#head; at < this.#queue.length; at++) {
      const entry = this.#queue[at];
      if (entry === undefined || this.#resting.get(entry.ip) !== entry) continue;
      if (this.#range.some((span) => entry.ip >= span.first && entry.ip <= span.last)) return entry.ip;
    }
    return undefined;
  }
}

import type { Span } from "../../ip.ts";

const CHUNK_BITS = 12;
const CHUNK_SIZE = 1 << CHUNK_BITS;
const CHUNK_SHIFT = BigInt(CHUNK_BITS);
const WORD_BITS = 32;

interface Chunk {
  readonly words: Int32Array;
  count: number;
}

/** A set of large integers that lie close together, as bitmaps of 4,096; finds gaps a word at a time. Pure. */
export class SparseBitmap {
  readonly #chunks = new Map<bigint, Chunk>();
  /** What was looked up last: most look-ups are close to the one before. */
  #recent: { readonly key: bigint; readonly chunk: Chunk } | undefined;

  has(value: bigint): boolean {
    const words = this.#find(value >> CHUNK_SHIFT)?.words;
    if (words === undefined) return false;
    const offset = offsetOf(value);
    return ((words[offset >>> 5] ?? 0) & bitOf(offset)) !== 0;
  }

  /** @returns false where it is in already. */
  add(value: bigint): boolean {
    const key = value >> CHUNK_SHIFT;
    const chunk = this.#find(key) ?? this.#make(key);
    const offset = offsetOf(value);
    const word = chunk.words[offset >>> 5] ?? 0;
    if ((word & bitOf(offset)) !== 0) return false;
    chunk.words[offset >>> 5] = word | bitOf(offset);
    chunk.count++;
    return true;
  }

  /** @returns false where it was not in. */
  delete(value: bigint): boolean {
    const key = value >> CHUNK_SHIFT;
    const chunk = this.#find(key);
    if (chunk === undefined) return false;
    const offset = offsetOf(value);
    const word = chunk.words[offset >>> 5] ?? 0;
    if ((word & bitOf(offset)) === 0) return false;
    chunk.words[offset >>> 5] = word & ~bitOf(offset);
    if (--chunk.count === 0) {
      this.#chunks.delete(key);
      this.#recent = undefined;
    }
    return true;
  }

  /** The lowest value of the span that is not in the set. */
  firstGap({ first, last }: Span): bigint | undefined {
    let value = first;
    while (value <= last) {
      const chunk = this.#find(value >> CHUNK_SHIFT);
      if (chunk === undefined) return value;
      const offset = offsetOf(value);
      const gap = chunk.count === CHUNK_SIZE ? undefined : gapIn(chunk, offset);
      if (gap === undefined) {
        value += BigInt(CHUNK_SIZE - offset);
        continue;
      }
      if (gap > offset) value += BigInt(gap - offset);
      return value <= last ? value : undefined;
    }
    return undefined;
  }

  #find(key: bigint): Chunk | undefined {
    if (this.#recent?.key === key) return this.#recent.chunk;
    const chunk = this.#chunks.get(key);
    if (chunk !== undefined) this.#recent = { key, chunk };
    return chunk;
  }

  #make(key: bigint): Chunk {
    const chunk = { words: new Int32Array(CHUNK_SIZE / WORD_BITS), count: 0 };
    this.#chunks.set(key, chunk);
    this.#recent = { key, chunk };
    return chunk;
  }
}

/** Within its chunk. */
function offsetOf(value: bigint): number {
  return Number(BigInt.asUintN(CHUNK_BITS, value));
}

function bitOf(offset: number): number {
  return 1 << (offset & 31);
}

function gapIn(chunk: Chunk, from: number): number | undefined {
  for (let word = from >>> 5; word < chunk.words.length; word++) {
    const below = word === from >>> 5 ? (1 << (from & 31)) - 1 : 0;
    const free = ~((chunk.words[word] ?? 0) | below) >>> 0;
    if (free !== 0) return word * WORD_BITS + (31 - Math.clz32(free & -free));
  }
  return undefined;
}

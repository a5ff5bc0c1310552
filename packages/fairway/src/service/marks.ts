import type { Span } from "../ip.ts";

const CHUNK_BITS = 12n;
const CHUNK_SIZE = 1 << Number(CHUNK_BITS);
const WORD_BITS = 32;

interface Chunk {
  readonly words: Uint32Array;
  count: number;
}

/** A set of large integers that lie close together, as bitmaps of 4,096; finds gaps a word at a time. Pure. */
export class Marks {
  readonly #chunks = new Map<bigint, Chunk>();

  has(value: bigint): boolean {
    const chunk = this.#chunks.get(value >> CHUNK_BITS);
    if (chunk === undefined) return false;
    const { word, bit } = place(value);
    return ((chunk.words[word] ?? 0) & bit) !== 0;
  }

  /** Adds what is not in yet. */
  add(value: bigint): void {
    if (this.has(value)) return;
    const key = value >> CHUNK_BITS;
    let chunk = this.#chunks.get(key);
    if (chunk === undefined) {
      chunk = { words: new Uint32Array(CHUNK_SIZE / WORD_BITS), count: 0 };
      this.#chunks.set(key, chunk);
    }
    const { word, bit } = place(value);
    chunk.words[word] = ((chunk.words[word] ?? 0) | bit) >>> 0;
    chunk.count++;
  }

  /** Removes what is in. */
  delete(value: bigint): void {
    const key = value >> CHUNK_BITS;
    const chunk = this.#chunks.get(key);
    if (chunk === undefined || !this.has(value)) return;
    const { word, bit } = place(value);
    chunk.words[word] = ((chunk.words[word] ?? 0) & ~bit) >>> 0;
    if (--chunk.count === 0) this.#chunks.delete(key);
  }

  /** The lowest value of the span that is not in the set. */
  firstGap({ first, last }: Span): bigint | undefined {
    let value = first;
    while (value <= last) {
      const chunk = this.#chunks.get(value >> CHUNK_BITS);
      if (chunk === undefined) return value;
      const gap =
        chunk.count === CHUNK_SIZE ? undefined : gapIn(chunk, Number(value & BigInt(CHUNK_SIZE - 1)));
      const base = (value >> CHUNK_BITS) << CHUNK_BITS;
      if (gap !== undefined) return base + BigInt(gap) <= last ? base + BigInt(gap) : undefined;
      value = base + BigInt(CHUNK_SIZE);
    }
    return undefined;
  }
}

function place(value: bigint): { word: number; bit: number } {
  const offset = Number(value & BigInt(CHUNK_SIZE - 1));
  return { word: offset >>> 5, bit: (1 << (offset & 31)) >>> 0 };
}

function gapIn(chunk: Chunk, from: number): number | undefined {
  for (let word = from >>> 5; word < chunk.words.length; word++) {
    const below = word === from >>> 5 ? (1 << (from & 31)) - 1 : 0;
    const free = ~((chunk.words[word] ?? 0) | below) >>> 0;
    if (free !== 0) return word * WORD_BITS + (31 - Math.clz32(free & -free));
  }
  return undefined;
}

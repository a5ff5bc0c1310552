import { isUtf8 } from "node:buffer";
import { OvsdbError } from "./errors.ts";

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const maxDepth = 1000;

/**
 * Cuts a stream of JSON objects, which nothing separates, into messages. It only looks for each object's end and leaves the
 * rest to `JSON.parse`; each byte is looked at once, whatever the chunks are.
 */
export class MessageStream {
  readonly #maxMessageBytes: number;
  /** Chunks of the message that has begun. */
  #chunks: Buffer[] = [];
  #length = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** @param maxMessageBytes longer messages are refused with "message too large" */
  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Gives the messages that the chunk completes. Throws "protocol error" or "message too large"; then it is of no more use. */
  *push(chunk: Buffer): Generator<unknown, void, undefined> {
    let start = 0;
    while (start < chunk.length) {
      if (this.#length === 0) {
        start = skipSpace(chunk, start);
        if (start === chunk.length) return;
        if (chunk[start] !== openBrace) {
          throw new OvsdbError("protocol error", "The peer sent something other than a JSON object");
        }
      }
      const end = this.#scan(chunk, start);
      const stop = end === -1 ? chunk.length : end;
      this.#length += stop - start;
      if (this.#length > this.#maxMessageBytes) {
        throw new OvsdbError(
          "message too large",
          `The peer sent a message of more than ${this.#maxMessageBytes} bytes`,
        );
      }
      this.#chunks.push(start === 0 && stop === chunk.length ? chunk : chunk.subarray(start, stop));
      start = stop;
      if (end !== -1) yield this.#take();
    }
  }

  /** Goes on through the chunk; gives the index after the message's end, or -1. */
  #scan(chunk: Buffer, start: number): number {
    const { length } = chunk;
    let index = this.#escaped ? start + 1 : start;
    let depth = this.#depth;
    let inString = this.#inString;
    this.#escaped = false;
    while (index < length) {
      if (inString) {
        let byte = chunk[index];
        while (byte !== quote && byte !== backslash && ++index < length) byte = chunk[index];
        if (index === length) break;
        inString = byte === backslash;
        // What a backslash escapes may be the next chunk's first byte.
        index += inString ? 2 : 1;
        this.#escaped = index > length;
        continue;
      }
      const byte = chunk[index++];
      if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) {
        if (++depth > maxDepth) {
          throw new OvsdbError("protocol error", "The peer sent JSON that is nested too deeply");
        }
      } else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) {
        this.#depth = 0;
        this.#inString = false;
        return index;
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    return -1;
  }

  #take(): unknown {
    const [first] = this.#chunks;
    const bytes =
      this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#length);
    this.#chunks = [];
    this.#length = 0;
    if (!isUtf8(bytes)) throw new OvsdbError("protocol error", "The peer sent bytes that are not UTF-8");
    try {
      return JSON.parse(bytes.toString("utf8"));
    } catch (cause) {
      throw new OvsdbError("protocol error", "The peer sent something that is not JSON", { cause });
    }
  }
}

function skipSpace(chunk: Buffer, from: number): number {
  let index = from;
  for (; index < chunk.length; index++) {
    const byte = chunk[index];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return index;
}

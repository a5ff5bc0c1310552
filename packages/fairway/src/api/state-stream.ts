import { Readable } from "node:stream";
import type { HostStateMessage } from "../service/schemas/host-state.ts";

/**
 * The messages as newline-delimited JSON, with a heartbeat whenever nothing was said for `heartbeatMs`. Reads no faster
 * than the reader does. Rejects with what the messages throw before the first of them.
 *
 * @param revision what heartbeats name before the first message
 */
export async function streamHostState(
  messages: AsyncIterable<HostStateMessage>,
  revision: string,
  heartbeatMs: number,
): Promise<Readable> {
  const beating = withHeartbeats(messages, revision, heartbeatMs);
  const first = await beating.next();
  return Readable.from(lines(first, beating), { objectMode: false });
}

async function* lines(
  first: IteratorResult<HostStateMessage, void>,
  rest: AsyncGenerator<HostStateMessage, void>,
): AsyncGenerator<Buffer> {
  try {
    if (first.done) return;
    yield lineOf(first.value);
    for await (const message of rest) yield lineOf(message);
  } finally {
    await rest.return();
  }
}

const lineOf = (message: HostStateMessage): Buffer => Buffer.from(`${JSON.stringify(message)}\n`);

async function* withHeartbeats(
  messages: AsyncIterable<HostStateMessage>,
  revision: string,
  heartbeatMs: number,
): AsyncGenerator<HostStateMessage, void> {
  const iterator = messages[Symbol.asyncIterator]();
  let last = revision;
  try {
    let next = new Arrival(iterator.next());
    for (;;) {
      if (!(await next.within(heartbeatMs))) {
        yield { type: "heartbeat", revision: last };
        continue;
      }
      const result = await next.result;
      if (result.done) return;
      last = result.value.revision;
      yield result.value;
      next = new Arrival(iterator.next());
    }
  } finally {
    // Not awaited: a source that waits for its next change answers only when the signal ends it.
    iterator.return?.().catch(() => undefined);
  }
}

/** A result that may be waited for again and again: each wait that was in vain leaves nothing behind. */
class Arrival<T> {
  readonly result: Promise<T>;
  #settled = false;
  #wake = (): void => undefined;

  constructor(result: Promise<T>) {
    this.result = result;
    const settle = () => {
      this.#settled = true;
      this.#wake();
    };
    result.then(settle, settle);
  }

  /** @returns false where it does not come in time; true also for a failure. */
  async within(ms: number): Promise<boolean> {
    if (this.#settled) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
    return this.#settled;
  }
}

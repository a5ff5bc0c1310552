import { Readable } from "node:stream";

interface StreamOptions<Message> {
  /** What says that nothing has changed since `last`, which is undefined before the first message. */
  readonly heartbeat: (last: Message | undefined) => Message;
  readonly heartbeatMs: number;
  readonly write: (message: Message) => Buffer;
  /** Whether the reader may still have what comes next; where not, the stream ends. */
  readonly isAllowed: () => boolean;
}

/**
 * The messages as bytes, with a heartbeat whenever nothing was said for `heartbeatMs`. Reads no faster than the reader does. Rejects with what
 * the messages throw before the first of them.
 */
export async function streamLines<Message>(
  messages: AsyncIterable<Message>,
  options: StreamOptions<Message>,
): Promise<Readable> {
  const beating = withHeartbeats(messages, options.heartbeat, options.heartbeatMs);
  const first = await beating.next();
  return Readable.from(bytes(first, beating, options), { objectMode: false });
}

async function* bytes<Message>(
  first: IteratorResult<Message, void>,
  rest: AsyncGenerator<Message, void>,
  { write, isAllowed }: StreamOptions<Message>,
): AsyncGenerator<Buffer> {
  try {
    if (first.done) return;
    yield write(first.value);
    for await (const message of rest) {
      if (!isAllowed()) return;
      yield write(message);
    }
  } finally {
    await rest.return();
  }
}

async function* withHeartbeats<Message>(
  messages: AsyncIterable<Message>,
  heartbeat: (last: Message | undefined) => Message,
  heartbeatMs: number,
): AsyncGenerator<Message, void> {
  const iterator = messages[Symbol.asyncIterator]();
  let last: Message | undefined;
  try {
    let next = new Arrival(iterator.next());
    for (;;) {
      if (!(await next.within(heartbeatMs))) {
        yield heartbeat(last);
        continue;
      }
      const result = await next.result;
      if (result.done) return;
      last = result.value;
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

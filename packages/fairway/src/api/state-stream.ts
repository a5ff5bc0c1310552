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
    let next = iterator.next();
    for (;;) {
      const result = await orLate(next, heartbeatMs);
      if (result === "late") {
        yield { type: "heartbeat", revision: last };
        continue;
      }
      if (result.done) return;
      last = result.value.revision;
      yield result.value;
      next = iterator.next();
    }
  } finally {
    // Not awaited: a source that waits for its next change answers only when the signal ends it.
    iterator.return?.().catch(() => undefined);
  }
}

async function orLate<T>(promise: Promise<T>, afterMs: number): Promise<T | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, afterMs, "late");
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

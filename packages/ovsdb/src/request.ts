import type { Connection } from "./connection.ts";
import { deferred } from "./deferred.ts";
import { OvsdbError, type OvsdbErrorCode } from "./errors.ts";

export interface RequestOptions {
  /** Gives the request up; one that was sent is cancelled on the server if it still waits there. */
  readonly signal?: AbortSignal;
  /** How long to wait for a connection and the reply together; 30 s by default. */
  readonly timeoutMs?: number;
}

/**
 * Waits for a connection, sends one request and waits for its reply, all within one time limit.
 * @throws OvsdbError with `outcomeUnknown` when it had been sent and no reply came
 */
export async function sendRequest(
  connect: (signal: AbortSignal) => Promise<Connection>,
  method: string,
  params: readonly unknown[],
  { signal, timeoutMs = 30_000 }: RequestOptions,
): Promise<unknown> {
  const { promise, resolve, reject } = deferred<unknown>();
  const waiting = new AbortController();
  let sent: { readonly connection: Connection; readonly id: number } | undefined;
  const giveUp = (code: OvsdbErrorCode, why: string, cause?: unknown) => {
    reject(new OvsdbError(code, `${method}: ${why}`, { cause, outcomeUnknown: sent !== undefined }));
    sent?.connection.forget(sent.id);
    waiting.abort();
  };
  const onAbort = () => giveUp("canceled", "given up by the caller", signal?.reason);
  const timer = setTimeout(() => giveUp("no reply", `no reply within ${timeoutMs} ms`), timeoutMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  const send = async () => {
    const connection = await connect(waiting.signal);
    if (waiting.signal.aborted) return;
    const id = connection.call(method, params, (error, result) => {
      if (error === undefined) resolve(result);
      else if (!connection.isClosed) reject(error);
      else {
        const message = `${method}: ${error.message}`;
        reject(new OvsdbError(error.code, message, { cause: error, outcomeUnknown: true }));
      }
    });
    sent = { connection, id };
  };
  try {
    if (signal?.aborted === true) onAbort();
    else send().catch(reject);
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { FairwayError } from "../errors.ts";
import { Backoff } from "../runtime/backoff.ts";
import { type HttpRequest, isLate } from "../runtime/http-client.ts";
import { type Connection, openConnection, type Target } from "./connection.ts";
import { errorOfConnection, errorOfSilence, wasNeverSent, wasStale } from "./connection-error.ts";
import { errorOfAnswer } from "./problem.ts";

export interface CallOptions {
  /** The id under which both sides log; the server makes one when it is absent. */
  readonly request?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bounds each attempt; 30 s by default. */
  readonly timeoutMs?: number | undefined;
  /** Tries again what may pass (nobody listens, an election); no attempt begins after this time. 0 by default. */
  readonly waitUntilAvailableMs?: number | undefined;
  /** When the last attempt must have ended, by `performance.now()`; absent: when its own bound has passed. */
  readonly endsAtMs?: number | undefined;
  /** Since when the center is missed, by `performance.now()`: the error says for how long it does not answer. */
  readonly missedAtMs?: number | undefined;
  /** The change is made only where the object still has this revision; else the call throws `precondition_failed`. */
  readonly ifMatch?: string | undefined;
  /** Once it is aborted no other attempt begins; the one under way goes on. */
  readonly giveUp?: AbortSignal | undefined;
}

export type Method = HttpRequest["method"];

const defaultTimeoutMs = 30_000;
const pauses = { firstMs: 50, longestMs: 1000 };

/** Calls over one connection: JSON in, JSON out, bounded time, honest errors. */
export class Transport {
  readonly #connection: Connection;

  constructor(target: Target) {
    this.#connection = openConnection(target);
  }

  /** The answer's JSON, as the route promises it; undefined for 204. */
  async call<Answer>(
    method: Method,
    path: string,
    body: unknown,
    options: CallOptions = {},
  ): Promise<Answer> {
    const { waitUntilAvailableMs = 0, endsAtMs = Number.POSITIVE_INFINITY } = options;
    const giveUpAt = Math.min(performance.now() + waitUntilAvailableMs, endsAtMs);
    for (const backoff = new Backoff(pauses); ; ) {
      try {
        const answer = await this.#attempt(method, path, body, options);
        return (answer === "" ? undefined : JSON.parse(answer)) as Answer;
      } catch (error) {
        const delayMs = backoff.failed();
        if (!mayTryAgain(method, error) || performance.now() + delayMs > giveUpAt)
          throw this.#told(error, options.missedAtMs);
        await pause(delayMs, [options.signal, options.giveUp]);
      }
    }
  }

  /** An answer that goes on until `signal` ends it. Throws when it is lost, or silent for `silenceMs`. */
  async *stream(
    path: string,
    options: {
      readonly signal: AbortSignal;
      readonly silenceMs: number;
      readonly request?: string | undefined;
    },
  ): AsyncGenerator<Buffer, void> {
    const { signal, silenceMs } = options;
    if (signal.aborted) return;
    const { name, http } = this.#connection;
    const request: HttpRequest = { method: "GET", path, headers: headersOf(options.request), signal };
    try {
      const { status, body } = await http.open(request, { beginMs: silenceMs, silenceMs });
      if (status !== 200) throw errorOfAnswer(status, await body.text());
      yield* body as AsyncIterable<Buffer>;
      throw new FairwayError("unavailable", `${name} ended the stream`);
    } catch (cause) {
      if (signal.aborted) return;
      if (cause instanceof FairwayError) throw cause;
      if (isLate(cause))
        throw new FairwayError("unavailable", `${name} said nothing for ${silenceMs / 1000} s`, { cause });
      throw errorOfConnection(name, cause);
    }
  }

  /** Breaks what is under way. */
  close(): Promise<void> {
    return this.#connection.http[Symbol.asyncDispose]();
  }

  /** For whoever waited for it: that the center does not answer, for how long, and why. Its own answers stay. */
  #told(error: unknown, missedAtMs: number | undefined): unknown {
    const isUnanswered = error instanceof FairwayError && error.retryable && error.cause !== undefined;
    if (!isUnanswered || missedAtMs === undefined) return error;
    return errorOfSilence(this.#connection.name, performance.now() - missedAtMs, error);
  }

  /** A connection that the server closed as it was used again is no failure yet: but for a POST the request is sent once more. */
  async #attempt(method: Method, path: string, body: unknown, options: CallOptions): Promise<string> {
    try {
      return await this.#ask(method, path, body, options);
    } catch (error) {
      if (method === "POST" || !(error instanceof FairwayError && wasStale(error.cause))) throw error;
      return this.#ask(method, path, body, options);
    }
  }

  async #ask(method: Method, path: string, body: unknown, options: CallOptions): Promise<string> {
    const { signal, endsAtMs = Number.POSITIVE_INFINITY } = options;
    const leftMs = Math.max(1, endsAtMs - performance.now());
    const timeoutMs = Math.min(options.timeoutMs ?? defaultTimeoutMs, leftMs);
    const { name, http } = this.#connection;
    const condition = options.ifMatch === undefined ? {} : { "if-match": `"${options.ifMatch}"` };
    const headers = { ...headersOf(options.request), ...condition };
    const request: HttpRequest = { method, path, headers, body, signal };
    try {
      const answer = await http.ask(request, timeoutMs);
      if (answer.status >= 400) throw errorOfAnswer(answer.status, answer.body);
      return answer.body;
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof FairwayError) throw cause;
      if (!isLate(cause)) throw errorOfConnection(name, cause);
      const message = `${name} did not answer ${method} ${path} within ${Number((timeoutMs / 1000).toFixed(3))} s`;
      throw new FairwayError("timeout", message, { cause });
    }
  }
}

/** Throws the reason of the signal that is aborted, before the pause or in it. */
async function pause(ms: number, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const signal = AbortSignal.any(signals.filter((each) => each !== undefined));
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}

/** An error without a cause is the center's own answer: it changed nothing. */
function mayTryAgain(method: Method, error: unknown): boolean {
  if (!(error instanceof FairwayError) || !error.retryable) return false;
  return error.cause === undefined || method !== "POST" || wasNeverSent(error);
}

function headersOf(request: string | undefined): Record<string, string> {
  return request === undefined ? {} : { "x-request-id": request };
}

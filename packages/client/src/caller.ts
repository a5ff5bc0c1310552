import { ApiError, type ErrorCode, errorOfAnswer } from "./api-error.ts";
import { pause, pauseAfter } from "./pause.ts";
import { type Failure, type HttpAnswer, type Method, type Transport } from "./transport.ts";

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

/** Options of a call whose answer does not end: it ends when `signal` says so. */
export interface StreamOptions {
  readonly request?: string | undefined;
  readonly signal: AbortSignal;
}

interface Asked {
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

/** What came back: the JSON, undefined for 204, and where the next page of a list is. */
interface Answered {
  readonly body: unknown;
  readonly next: string | undefined;
}

const defaultTimeoutMs = 30_000;
const pauses = { firstMs: 50, longestMs: 1000 };
/** Three heartbeats long. */
const defaultSilenceMs = 15_000;

interface CallerParts {
  readonly transport: Transport;
  /** The bearer token of a principal; without one the connection says who asks. */
  readonly token?: string | undefined;
  /** How long a stream may say nothing; 15 s by default, three heartbeats. */
  readonly silenceMs?: number | undefined;
}

/** Calls over one transport: JSON in, JSON out, bounded time, honest errors. */
export class Caller {
  readonly #transport: Transport;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #silenceMs: number;

  constructor({ transport, token, silenceMs = defaultSilenceMs }: CallerParts) {
    this.#transport = transport;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#silenceMs = silenceMs;
  }

  /** Throws `ApiError`, or the reason of the signal that ended it. */
  async call(asked: Asked, options: CallOptions = {}): Promise<Answered> {
    const { waitUntilAvailableMs = 0, endsAtMs = Number.POSITIVE_INFINITY } = options;
    const giveUpAt = Math.min(performance.now() + waitUntilAvailableMs, endsAtMs);
    for (let failures = 1; ; failures++) {
      try {
        return await this.#attempt(asked, options);
      } catch (error) {
        const delayMs = pauseAfter(failures, pauses);
        if (!this.#mayTryAgain(asked.method, error) || performance.now() + delayMs > giveUpAt)
          throw this.#told(error, options.missedAtMs);
        await pause(delayMs, [options.signal, options.giveUp]);
      }
    }
  }

  /** The bytes of an answer that goes on until `signal` ends it. Throws `ApiError` when it is lost, or silent for too long. */
  async *stream(path: string, { signal, request }: Partial<StreamOptions>): AsyncGenerator<Uint8Array, void> {
    const isEnded = () => signal?.aborted === true;
    if (isEnded()) return;
    using silence = new Bound(this.#silenceMs, signal);
    try {
      const headers = this.#headersOf({ request });
      const answer = await this.#transport.send({
        method: "GET",
        path,
        headers,
        body: undefined,
        signal: silence.signal,
      });
      if (answer.status !== 200) throw errorOfAnswer(answer.status, await answer.text());
      for await (const chunk of answer.chunks()) {
        silence.end();
        yield chunk;
        silence.begin();
      }
      throw this.#unanswered("unavailable", `${this.#transport.name} ended the stream`);
    } catch (cause) {
      if (isEnded()) return;
      if (cause instanceof ApiError) throw cause;
      if (!silence.isOver) throw this.#errorOf(cause);
      const told = `${this.#transport.name} said nothing for ${this.#silenceMs / 1000} s`;
      throw this.#unanswered("unavailable", told, { cause: silence.reason });
    }
  }

  /** Breaks what is under way. */
  async close(): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  /** A connection that the server closed as it was used again is no failure yet: but for a POST the request is sent once more. */
  async #attempt(asked: Asked, options: CallOptions): Promise<Answered> {
    try {
      return await this.#ask(asked, options);
    } catch (error) {
      if (asked.method === "POST" || this.#failureOf(error)?.wasStale !== true) throw error;
      return this.#ask(asked, options);
    }
  }

  async #ask({ method, path, body }: Asked, options: CallOptions): Promise<Answered> {
    const { endsAtMs = Number.POSITIVE_INFINITY } = options;
    const leftMs = Math.max(1, endsAtMs - performance.now());
    const timeoutMs = Math.min(options.timeoutMs ?? defaultTimeoutMs, leftMs);
    using bound = new Bound(timeoutMs, options.signal);
    try {
      bound.signal.throwIfAborted();
      const json = body === undefined ? undefined : JSON.stringify(body);
      const headers = this.#headersOf(options, json);
      const answer = await this.#transport.send({ method, path, headers, body: json, signal: bound.signal });
      const text = await answer.text();
      if (answer.status >= 400) throw errorOfAnswer(answer.status, text);
      return { body: parse(text, answer.status), next: nextOf(answer) };
    } catch (cause) {
      options.signal?.throwIfAborted();
      if (cause instanceof ApiError) throw cause;
      if (!bound.isOver) throw this.#errorOf(cause);
      const late = `${this.#transport.name} did not answer ${method} ${path} within ${Number((timeoutMs / 1000).toFixed(3))} s`;
      throw this.#unanswered("timeout", late, { cause: bound.reason });
    }
  }

  #headersOf({ request, ifMatch }: CallOptions, json?: string): Record<string, string> {
    return {
      ...this.#headers,
      ...(json !== undefined && { "content-type": "application/json" }),
      ...(request !== undefined && { "x-request-id": request }),
      ...(ifMatch !== undefined && { "if-match": `"${ifMatch}"` }),
    };
  }

  /** An error without a cause is the center's own answer: it changed nothing. */
  #mayTryAgain(method: Method, error: unknown): boolean {
    if (!(error instanceof ApiError) || !error.retryable) return false;
    return error.cause === undefined || method !== "POST" || this.#failureOf(error)?.wasNeverSent === true;
  }

  /** For whoever waited for it: that the center does not answer, for how long, and why. Its own answers stay. */
  #told(error: unknown, missedAtMs: number | undefined): unknown {
    const failure = this.#failureOf(error);
    if (!(error instanceof ApiError && error.retryable) || !failure || missedAtMs === undefined) return error;
    const seconds = Math.max(1, Math.round((performance.now() - missedAtMs) / 1000));
    const told = `${this.#transport.who} does not answer (for ${seconds} s): ${failure.why ?? error.message}`;
    return this.#unanswered(error.code, told, { cause: error });
  }

  /** Why there was no answer; undefined where there was one. */
  #failureOf(error: unknown): Failure | undefined {
    if (!(error instanceof ApiError) || error.cause === undefined) return undefined;
    return this.#transport.failureOf(error.cause);
  }

  #errorOf(cause: unknown): ApiError {
    const { code, detail } = this.#transport.failureOf(cause);
    return this.#unanswered(code, detail, { cause });
  }

  #unanswered(code: ErrorCode, detail: string, options?: { readonly cause: unknown }): ApiError {
    const retryable = code === "unavailable" || code === "timeout";
    return new ApiError({ code, title: titles[code] ?? titles.unavailable, detail, retryable }, options);
  }
}

/** What is wrong in general where no server said it. */
const titles: Readonly<Partial<Record<ErrorCode, string>>> & { readonly unavailable: string } = {
  unavailable: "The API does not answer",
  timeout: "The API did not answer in time",
  forbidden: "The way to the API is closed to this user",
  unauthenticated: "The two sides do not trust each other",
};

/** Aborts its signal with a `TimeoutError` after so long, and with the caller's. Disposing of it ends the wait, not what is under way. */
class Bound implements Disposable {
  readonly #late = new AbortController();
  readonly #boundMs: number;
  readonly signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(boundMs: number, signal: AbortSignal | undefined) {
    this.#boundMs = boundMs;
    this.signal = signal === undefined ? this.#late.signal : AbortSignal.any([signal, this.#late.signal]);
    this.begin();
  }

  begin(): void {
    const giveUp = () =>
      this.#late.abort(new DOMException(`no answer within ${this.#boundMs / 1000} s`, "TimeoutError"));
    this.#timer = setTimeout(giveUp, this.#boundMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  get isOver(): boolean {
    return this.#late.signal.aborted;
  }

  get reason(): unknown {
    return this.#late.signal.reason;
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

function parse(text: string, status: number): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw errorOfAnswer(status, text);
  }
}

/** The path that `Link` names as the next (RFC 8288). */
function nextOf(answer: HttpAnswer): string | undefined {
  return /<([^>]+)>\s*;\s*rel="?next"?/.exec(answer.header("link") ?? "")?.[1];
}

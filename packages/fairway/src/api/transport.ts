import type { ClientRequest, IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { FairwayError } from "../errors.ts";
import { type Connection, openConnection, type Target } from "./connection.ts";
import { errorOfConnection, wasNeverSent, wasStale } from "./connection-error.ts";
import { errorOfAnswer } from "./problem.ts";

export interface CallOptions {
  /** The id under which both sides log; the server makes one when it is absent. */
  readonly request?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bounds each attempt; 30 s by default. */
  readonly timeoutMs?: number | undefined;
  /** Tries again what may pass (nobody listens, an election); no attempt begins after this time. 0 by default. */
  readonly waitUntilAvailableMs?: number | undefined;
}

export type Method = "GET" | "PUT" | "POST" | "PATCH" | "DELETE";

const defaultTimeoutMs = 30_000;
const firstDelayMs = 50;
const longestDelayMs = 1000;

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
    const giveUpAt = performance.now() + (options.waitUntilAvailableMs ?? 0);
    for (let longestMs = firstDelayMs; ; longestMs = Math.min(2 * longestMs, longestDelayMs)) {
      try {
        const answer = await this.#attempt(method, path, body, options);
        return (answer === "" ? undefined : JSON.parse(answer)) as Answer;
      } catch (error) {
        const delayMs = longestMs * (0.5 + Math.random() / 2);
        if (!mayTryAgain(method, error) || performance.now() + delayMs > giveUpAt) throw error;
        await sleep(delayMs, undefined, options.signal && { signal: options.signal });
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
    if (options.signal.aborted) return;
    const { name } = this.#connection;
    const request = this.#connection.request({ method: "GET", path, headers: headersOf(options.request) });
    let silent: FairwayError | undefined;
    request.setTimeout(options.silenceMs, () => {
      silent = new FairwayError("unavailable", `${name} said nothing for ${options.silenceMs / 1000} s`);
      request.destroy();
    });
    const giveUp = () => request.destroy();
    options.signal.addEventListener("abort", giveUp);
    try {
      const answer = await answerTo(request.end());
      if (answer.statusCode !== 200) throw errorOfAnswer(answer.statusCode ?? 0, await text(answer));
      yield* answer as AsyncIterable<Buffer>;
      throw new FairwayError("unavailable", `${name} ended the stream`);
    } catch (cause) {
      if (options.signal.aborted) return;
      throw silent ?? (cause instanceof FairwayError ? cause : errorOfConnection(name, cause));
    } finally {
      options.signal.removeEventListener("abort", giveUp);
      request.destroy();
    }
  }

  /** Breaks what is under way. */
  close(): void {
    this.#connection.close();
  }

  async #attempt(method: Method, path: string, body: unknown, options: CallOptions): Promise<string> {
    const { signal, timeoutMs = defaultTimeoutMs } = options;
    signal?.throwIfAborted();
    const { name } = this.#connection;
    const json = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const request = this.#connection.request({ method, path, headers: headersOf(options.request, json) });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      request.destroy();
    }, timeoutMs);
    const giveUp = () => request.destroy();
    signal?.addEventListener("abort", giveUp);
    try {
      const answer = await answerTo(request.end(json));
      const content = await text(answer);
      const status = answer.statusCode ?? 0;
      if (status >= 400) throw errorOfAnswer(status, content);
      return content;
    } catch (cause) {
      signal?.throwIfAborted();
      if (late) {
        const message = `${name} did not answer ${method} ${path} within ${timeoutMs / 1000} s`;
        throw new FairwayError("timeout", message, { cause });
      }
      if (cause instanceof FairwayError) throw cause;
      if (request.reusedSocket && method !== "POST" && wasStale(cause)) {
        return await this.#attempt(method, path, body, options);
      }
      throw errorOfConnection(name, cause);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    }
  }
}

/** An error without a cause is the center's own answer: it changed nothing. */
function mayTryAgain(method: Method, error: unknown): boolean {
  if (!(error instanceof FairwayError) || !error.retryable) return false;
  return error.cause === undefined || method !== "POST" || wasNeverSent(error);
}

async function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    // Stays for the request's life: what breaks during the answer's body is thrown by whoever reads that.
    request.once("response", resolve).on("error", reject);
  });
}

function headersOf(request: string | undefined, json?: Buffer): Record<string, string | number> {
  return {
    ...(request !== undefined && { "x-request-id": request }),
    ...(json !== undefined && { "content-type": "application/json", "content-length": json.length }),
  };
}

import { type Calls, RequestMaker } from "./call.ts";
import { callShapes } from "./call-shapes.ts";
import type { Target } from "./connection.ts";
import { streamFormat } from "./stream-format.ts";
import { type CallOptions, Transport } from "./transport.ts";

/** Three heartbeats long. */
const silenceMs = 15_000;

/**
 * Speaks to the center's API; the way in for the agent, the docker edge and the CLI. It has a method for each operation of the API, which
 * takes the parameters of its path and query in one object, then its body, then options: `api.removeHost({ host, dead: true })`.
 *
 * Methods throw `FairwayError` with the code that the center gave, `unavailable` when nobody answers, `timeout` when the answer is late, and
 * the signal's reason when the caller gave up. A stream returns only when `signal` ends it; it throws `unavailable` when the connection is
 * lost or silent for 15 s. The caller connects again, with the last revision that it holds.
 */
export type ApiClient = Calls & AsyncDisposable;

class Client implements AsyncDisposable {
  readonly #http: Transport;

  /** Connects with the first call, not before. */
  constructor(target: Target) {
    this.#http = new Transport(target);
  }

  static {
    for (const shape of callShapes) {
      const maker = new RequestMaker(shape);
      const value = shape.isStream
        ? function (this: Client, ...args: readonly unknown[]) {
            return this.#follow(maker, args);
          }
        : function (this: Client, ...args: readonly unknown[]) {
            return this.#call(maker, args);
          };
      Object.defineProperty(Client.prototype, shape.operation, { value });
    }
  }

  async #call(maker: RequestMaker, args: readonly unknown[]): Promise<unknown> {
    const { path, body, options } = maker.of(args);
    return await this.#http.call(maker.shape.method, path, body, options as CallOptions | undefined);
  }

  async *#follow(maker: RequestMaker, args: readonly unknown[]): AsyncGenerator<unknown, void> {
    const { path, options } = maker.of(args);
    const { request, signal } = options as { request?: string; signal: AbortSignal };
    const chunks = this.#http.stream(path, { request, signal, silenceMs });
    yield* streamFormat(maker.shape.format).read(chunks);
  }

  /** Closes idle connections and breaks the others. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http.close();
  }
}

/** Throws `invalid` for a target that is neither `unix:` nor `https://`, or lacks its certificates. */
export const ApiClient = Client as unknown as new (target: Target) => ApiClient;

import { ApiError } from "./api-error.ts";
import { type Failure, type HttpAnswer, type HttpRequest, isLate, type Transport } from "./transport.ts";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Requests by `fetch`: in a browser, and wherever else there is one. */
export class FetchTransport implements Transport {
  readonly name: string;
  readonly who: string;
  readonly #base: string;
  readonly #fetch: Fetch;
  readonly #closed = new AbortController();

  /** @param url where the API is, without `/v1`. Throws `invalid` where that is no http or https URL. */
  constructor(url: string, fetch: Fetch) {
    const parsed = URL.parse(url);
    if (parsed?.protocol !== "https:" && parsed?.protocol !== "http:")
      throw new ApiError({
        code: "invalid",
        title: "The request is not valid",
        detail: `"${url}" must be http://host:port or https://host:port`,
        retryable: false,
      });
    this.#base = `${parsed.origin}${parsed.pathname.replace(/\/$/, "")}`;
    this.#fetch = fetch;
    this.name = this.#base;
    this.who = `the center at ${parsed.host}`;
  }

  async send({ method, path, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    const answer = await this.#fetch(`${this.#base}${path}`, {
      method,
      headers,
      body: body ?? null,
      signal: AbortSignal.any([signal, this.#closed.signal]),
      cache: "no-store",
    });
    return {
      status: answer.status,
      header: (name) => answer.headers.get(name) ?? undefined,
      text: () => answer.text(),
      chunks: () => answer.body ?? nothing(),
    };
  }

  /** `fetch` tells nobody why there was no answer, so that no page finds out what is on its network. */
  failureOf(cause: unknown): Failure {
    const why = isLate(cause) ? "nothing comes back" : "there is no connection to it";
    const told = cause instanceof Error && !isLate(cause) ? ` (${cause.message})` : "";
    const detail = `${this.who} does not answer: ${why}${told}`;
    return { code: "unavailable", detail, why, wasNeverSent: false, wasStale: false };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new Error("the client was closed"));
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {
  // An answer without a body.
}

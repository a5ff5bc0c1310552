import { Client, type ClientOptions } from "./client.ts";
import { FetchTransport } from "./fetch-transport.ts";

export { ApiError, type ErrorCode, errorOfAnswer, type FieldFault, type Problem } from "./api-error.ts";
export type { CallOptions, StreamOptions } from "./caller.ts";
export type { Calls, Filter, ItemOf, PagedList } from "./calls.ts";
export { Client, type ClientOptions } from "./client.ts";
export type { ChangeEvent, Event, EventsOptions, Noun, ReadyEvent } from "./events.ts";
export type { components, operations } from "./generated/openapi.ts";
export type { CallShape } from "./shapes.ts";
export type { Failure, HttpAnswer, HttpRequest, Method, Transport } from "./transport.ts";

/** Where the API is, and how a client gets there by `fetch`. */
export interface FetchOptions extends Omit<ClientOptions, "transport"> {
  /** E.g. `https://192.0.2.1:6640`, or the page's own origin where a proxy stands before the API. */
  readonly url: string;
  /** Instead of the global one. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** A client for browsers, and for every other place that has `fetch`. Throws `ApiError` with the code `invalid` for a URL that is none. */
export function createClient({ url, fetch, ...options }: FetchOptions): Client {
  const send = fetch ?? ((to, init) => globalThis.fetch(to, init));
  return new Client({ ...options, transport: new FetchTransport(url, send) });
}

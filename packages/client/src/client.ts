import { Caller, type CallOptions, type StreamOptions } from "./caller.ts";
import type { Calls, Filter, ItemOf, PagedList } from "./calls.ts";
import { type ChangeEvent, type Event, type EventsOptions, type ReadyEvent, resumed } from "./events.ts";
import { callShapes } from "./generated/shapes.ts";
import { readMessages } from "./messages.ts";
import { RequestMaker } from "./shapes.ts";
import type { Transport } from "./transport.ts";

export interface ClientOptions {
  readonly transport: Transport;
  /** The bearer token of a principal; without one the connection says who asks. */
  readonly token?: string | undefined;
  /** How long a stream may say nothing before it counts as lost, ms; 15,000 by default, three of the center's heartbeats. */
  readonly silenceMs?: number | undefined;
  /** What a program throws in place of an `ApiError`. */
  readonly errorFor?: ((error: unknown) => unknown) | undefined;
}

/** So many items of a list come at once where all of it is read. */
const pageSize = 500;

const makers = new Map(callShapes.map((shape) => [shape.operation, new RequestMaker(shape)]));

class ApiClient implements AsyncDisposable {
  readonly #caller: Caller;
  readonly #errorFor: (error: unknown) => unknown;

  constructor({ errorFor = (error) => error, ...parts }: ClientOptions) {
    this.#caller = new Caller(parts);
    this.#errorFor = errorFor;
  }

  static {
    for (const [operation, maker] of makers) {
      const isStream = maker.shape.stream !== null;
      const value = isStream
        ? function (this: ApiClient, ...args: readonly unknown[]) {
            return this.#thrown(this.#follow(maker, args));
          }
        : function (this: ApiClient, ...args: readonly unknown[]) {
            return this.#call(maker, args);
          };
      Object.defineProperty(ApiClient.prototype, operation, { value });
    }
  }

  events({ ...options }: EventsOptions = {}): AsyncGenerator<ReadyEvent | ChangeEvent, void> {
    const { onLost } = options;
    const follow = (query: object, stream: object) =>
      this.#follow(makerOf("followEvents"), [query, stream]) as AsyncIterable<Event>;
    const told = onLost && ((error: unknown) => onLost(this.#errorFor(error)));
    return this.#thrown(resumed(follow, { ...options, onLost: told }));
  }

  each(operation: string, filter: object = {}, options?: CallOptions): AsyncGenerator<unknown, void> {
    return this.#thrown(this.#each(makerOf(operation), filter, options));
  }

  async *#each(maker: RequestMaker, filter: object, options?: CallOptions): AsyncGenerator<unknown, void> {
    let next: string | undefined = maker.of([{ ...filter, limit: pageSize }]).path;
    while (next !== undefined) {
      const page = await this.#caller.call({ method: "GET", path: next }, options);
      yield* page.body as readonly unknown[];
      next = page.next;
    }
  }

  async #call(maker: RequestMaker, args: readonly unknown[]): Promise<unknown> {
    const { path, body, options } = maker.of(args);
    try {
      const { method } = maker.shape;
      return (await this.#caller.call({ method, path, body }, options as CallOptions | undefined)).body;
    } catch (error) {
      throw this.#errorFor(error);
    }
  }

  async *#follow(maker: RequestMaker, args: readonly unknown[]): AsyncGenerator<unknown, void> {
    const { path, options = {} } = maker.of(args);
    yield* readMessages(this.#caller.stream(path, options as StreamOptions), maker.shape.stream ?? "lines");
  }

  async *#thrown<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item, void> {
    try {
      yield* items;
    } catch (error) {
      throw this.#errorFor(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#caller.close();
  }
}

function makerOf(operation: string): RequestMaker {
  const maker = makers.get(operation);
  if (maker === undefined) throw new TypeError(`the API has no operation ${operation}`);
  return maker;
}

/**
 * Speaks to the center's API. It has a method for each operation, which takes the parameters of its path and query in one object, then its
 * body, then options: `client.removeHost({ host, dead: true })`. It connects with the first call, not before.
 *
 * Methods throw `ApiError` with the code that the center gave, `unavailable` when nobody answers, `timeout` when the answer is late, and the
 * signal's reason when the caller gave up. A stream ends only when `signal` ends it; it throws `unavailable` when the connection is lost or
 * silent for 15 s. `events` makes such a connection again by itself.
 */
export interface Client extends Calls, AsyncDisposable {
  /** Every change of the cluster, each once, also where the connection was lost in between: see `resumed`. */
  events(options?: EventsOptions): AsyncGenerator<ReadyEvent | ChangeEvent, void>;
  /** All items of a list, read page by page: no more than one page is held at a time. */
  each<Name extends PagedList>(
    operation: Name,
    filter?: Filter<Name>,
    options?: CallOptions,
  ): AsyncGenerator<ItemOf<Name>, void>;
  /** Closes idle connections and breaks the others. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A client over any transport; `createClient` brings one. */
export const Client = ApiClient as unknown as new (options: ClientOptions) => Client;

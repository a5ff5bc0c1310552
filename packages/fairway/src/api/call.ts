import type { z } from "zod";
import type { CallShape } from "./call-shapes.ts";
import type { Route, StreamRoute } from "./routes/route.ts";
import type * as table from "./routes/table.ts";
import type { CallOptions } from "./transport.ts";

/** Options of a call whose answer does not end: it ends when `signal` says so. */
interface StreamOptions {
  readonly request?: string | undefined;
  readonly signal: AbortSignal;
}

/** A query as a caller writes it: what its schema gives, and absent what may be absent. */
type QueryOf<Query> = Query extends z.ZodObject
  ? { readonly [Name in keyof z.input<Query>]: z.output<Query>[Name & keyof z.output<Query>] }
  : unknown;
type ParamsOf<Params> = Params extends z.ZodObject ? Readonly<z.output<Params>> : unknown;
/** All named parts of a request, its path's and its query's. */
type Parameters<Params, Query> = [Params, Query] extends [undefined, undefined]
  ? []
  : object extends ParamsOf<Params> & QueryOf<Query>
    ? [parameters?: ParamsOf<Params> & QueryOf<Query>]
    : [parameters: ParamsOf<Params> & QueryOf<Query>];
type Body<Schema> = Schema extends z.ZodType ? [body: z.input<Schema>] : [];
type Answer<Schema> = Schema extends z.ZodType ? z.output<Schema> : void;

type Call<R> =
  R extends StreamRoute<infer Params, infer Query, infer Line>
    ? (
        ...args: [...Parameters<Params, Query>, options: StreamOptions]
      ) => AsyncGenerator<z.output<Line>, void>
    : R extends Route<infer Params, infer Query, infer Content, infer Result>
      ? (
          ...args: [...Parameters<Params, Query>, ...Body<Content>, options?: CallOptions]
        ) => Promise<Answer<Result>>
      : never;

/** A method for each operation: takes its parameters where it has some, its body where it has one, and options. */
export type Calls = { readonly [Name in keyof typeof table]: Call<(typeof table)[Name]> };

type Part = string | number | boolean;
type NamedParts = Readonly<Record<string, Part | readonly Part[] | undefined>>;

/** What a client sends for the arguments of a call. */
export interface Sent {
  readonly path: string;
  readonly body: unknown;
  readonly options: unknown;
}

/** How the arguments of a call become a request; made once for each operation. */
export class RequestMaker {
  readonly shape: CallShape;
  /** Text of the path and names of its parts, in turns. */
  readonly #parts: readonly string[];

  constructor(shape: CallShape) {
    this.shape = shape;
    this.#parts = shape.url.split(/:(\w+)/);
  }

  /** The request for these arguments of the call. */
  of(args: readonly unknown[]): Sent {
    let at = 0;
    const parameters = (this.shape.hasParameters ? (args[at++] ?? {}) : {}) as NamedParts;
    const body = this.shape.hasBody ? args[at++] : undefined;
    return { path: this.#path(parameters), body, options: args[at] };
  }

  /** No part can reach beyond its segment, and none into the query. */
  #path(parameters: NamedParts): string {
    let path = "";
    this.#parts.forEach((part, index) => {
      path += index % 2 === 0 ? part : encodeURIComponent(String(parameters[part] ?? ""));
    });
    let separator = "?";
    for (const name of this.shape.query) {
      for (const value of [parameters[name]].flat()) {
        if (value === undefined) continue;
        path += `${separator}${name}=${encodeURIComponent(value)}`;
        separator = "&";
      }
    }
    return path;
  }
}

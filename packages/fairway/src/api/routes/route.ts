import type { z } from "zod";
import type { Context, Service } from "../../service/service.ts";
import type { Method } from "../transport.ts";

/** What the world may know of a route; the OpenAPI document is made of these. */
export interface Row {
  readonly method: Method;
  /** With `:name` for each of `params`. */
  readonly url: `/v1/${string}`;
  /** Unique; the name under which a generated client would offer it. */
  readonly operation: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** A body that `body` lets through. */
  readonly example?: unknown;
  readonly status: 200 | 201 | 204;
  /** Absent where there is no content, or none that a schema describes. */
  readonly answer?: z.ZodType;
  /** `application/json` when absent; of newline-delimited JSON, `answer` describes a line. */
  readonly media?: "application/x-ndjson";
}

interface Wish<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly context: Context;
}

/** A row of the API with the use case that answers it. */
export interface Route extends Row {
  handle(service: Service, wish: Wish<unknown, unknown, unknown>): unknown;
}

type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type AnswerOf<Schema> = Schema extends z.ZodType ? Readonly<z.output<Schema>> : void;

/** Ties a handler's types to its row's schemas: the server hands over only what they let through. */
export function route<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
  Answer extends z.ZodType | undefined = undefined,
>(
  row: Omit<Row, "params" | "query" | "body" | "answer"> & {
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    readonly answer?: Answer;
    handle(
      service: Service,
      wish: Wish<OutputOf<Params>, OutputOf<Query>, OutputOf<Body>>,
    ): AnswerOf<Answer> | Promise<AnswerOf<Answer>>;
  },
): Route {
  return row as unknown as Route;
}

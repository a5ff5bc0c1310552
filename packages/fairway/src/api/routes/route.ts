import type { Method } from "@fairway/client";
import type { z } from "zod";
import type { Center } from "../../center/center.ts";
import type { Context } from "../../center/context.ts";
import type { Access, LeastRole } from "../access.ts";

type Fields = z.ZodObject | undefined;
type Content = z.ZodType | undefined;

/** All that is known of a route but what answers: server, client, OpenAPI document and the API's page follow from it. */
interface Outline<Params extends Fields, Query extends Fields, Body extends Content, Answer extends Content> {
  readonly method: Method;
  /** With `:name` for each of `params`. */
  readonly url: `/v1/${string}`;
  /** In the third person: "Lists the hosts." */
  readonly summary: string;
  readonly access: Access;
  /** The least role of principals who may use it; absent: an administrator's alone. */
  readonly role?: LeastRole;
  /** Whether a principal of one organization may use it, too: it gets what belongs to that, and nothing else is there. */
  readonly isForOrganizations?: true;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** A body that `body` lets through; each route with a body has one. */
  readonly example?: z.input<NonNullable<Body>>;
  readonly status: 200 | 201 | 204;
  /** Absent where there is no content. */
  readonly answer?: Answer;
  /** Whether it looks at `If-Match`. */
  readonly isConditional?: true;
}

/** A request whose parts their schemas have let through. */
interface Wish<Params extends Fields, Query extends Fields, Body extends Content> {
  readonly params: OutputOf<Params>;
  readonly query: OutputOf<Query>;
  readonly body: OutputOf<Body>;
  readonly context: Context;
  /** By `If-Match`, the revisions of which the object must have one; undefined: any will do. */
  readonly revisions: readonly string[] | undefined;
  /** The OpenAPI document of all routes. */
  readonly describe: () => Record<string, unknown>;
}

type OutputOf<Schema extends Content> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type AnswerOf<Schema extends Content> = Schema extends z.ZodType ? Readonly<z.output<Schema>> : void;

type ItemOf<Schema extends Content> = Schema extends z.ZodArray<infer Item> ? z.output<Item> : never;

/** A route with one answer. */
export interface Route<
  Params extends Fields = Fields,
  Query extends Fields = Fields,
  Body extends Content = Content,
  Answer extends Content = Content,
> extends Outline<Params, Query, Body, Answer> {
  /** Of a list that comes in pages: behind which item of it the next page begins, as its query `after` says it. */
  after?(last: ItemOf<Answer>): string;
  handle(center: Center, wish: Wish<Params, Query, Body>): AnswerOf<Answer> | Promise<AnswerOf<Answer>>;
}

/**
 * A route whose answer does not end: newline-delimited JSON, of which `answer` describes a line, or server-sent events, of which it describes the
 * data.
 */
export interface StreamRoute<
  Params extends Fields = Fields,
  Query extends Fields = Fields,
  Line extends z.ZodType = z.ZodType,
> extends Outline<Params, Query, undefined, Line> {
  readonly method: "GET";
  readonly status: 200;
  /** Server-sent events; absent: newline-delimited JSON. Their query has `after`, for which `Last-Event-ID` stands. */
  readonly format?: "events";
  /** The line that says that nothing has changed since `last`, or since the request where there was no line yet. */
  heartbeat(query: OutputOf<Query>, last: z.output<Line> | undefined): z.output<Line>;
  handle(center: Center, wish: Wish<Params, Query, undefined>): AsyncIterable<z.output<Line>>;
}

/** Any route. Its name, under which it stands in the table, is that of its operation. */
export type AnyRoute = Route | StreamRoute;

/** Ties what answers to the schemas of a route: it gets only what they let through. Returns the route as it is given. */
export function route<
  Params extends Fields = undefined,
  Query extends Fields = undefined,
  Body extends Content = undefined,
  Answer extends Content = undefined,
>(given: Route<Params, Query, Body, Answer>): Route<Params, Query, Body, Answer> {
  return given;
}

/** As `route`, for an answer that does not end. */
export function stream<
  Line extends z.ZodType,
  Params extends Fields = undefined,
  Query extends Fields = undefined,
>(given: StreamRoute<Params, Query, Line>): StreamRoute<Params, Query, Line> {
  return given;
}

/** Whether a route's answer does not end. */
export function isStream(given: AnyRoute): given is StreamRoute {
  return "heartbeat" in given;
}

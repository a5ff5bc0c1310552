import type { CallOptions, StreamOptions } from "./caller.ts";
import type { operations } from "./generated/openapi.ts";

/** Parameters as a caller may give them: nothing of them is changed. */
type Given<T> = T extends object ? { readonly [Name in keyof T]: Given<T[Name]> } : T;

type PartOf<T> = [NonNullable<T>] extends [never] ? unknown : NonNullable<T>;
/** All named parts of a request, its path's and its query's. */
type Named<Operation> = Operation extends { parameters: { path?: infer Path; query?: infer Query } }
  ? PartOf<Path> & PartOf<Query>
  : unknown;
type ParametersOf<Operation> =
  unknown extends Named<Operation>
    ? []
    : object extends Named<Operation>
      ? [parameters?: Given<Named<Operation>>]
      : [parameters: Given<Named<Operation>>];
type BodyOf<Operation> = Operation extends { requestBody: { content: infer Content } }
  ? [body: Content[keyof Content]]
  : [];
type SuccessOf<Operation> = Operation extends { responses: infer Responses }
  ? Responses[(200 | 201 | 204) & keyof Responses]
  : never;

type Streamed<Message> = { content: { "text/event-stream": Message } | { "application/x-ndjson": Message } };

type Call<Operation> =
  SuccessOf<Operation> extends Streamed<infer Message>
    ? (...args: [...ParametersOf<Operation>, options: StreamOptions]) => AsyncGenerator<Message, void>
    : (
        ...args: [...ParametersOf<Operation>, ...BodyOf<Operation>, options?: CallOptions]
      ) => Promise<AnswerOf<Operation>>;
type AnswerOf<Operation> =
  SuccessOf<Operation> extends { content: { "application/json": infer Answer } } ? Answer : void;

/** A method for each operation: takes its parameters where it has some, its body where it has one, and options. */
export type Calls = { readonly [Name in keyof operations]: Call<operations[Name]> };

type QueryOf<Name extends keyof operations> = Named<operations[Name]>;

/** An operation that gives a list in pages. */
export type PagedList = {
  [Name in keyof operations]: "limit" extends keyof QueryOf<Name>
    ? AnswerOf<operations[Name]> extends readonly unknown[]
      ? Name
      : never
    : never;
}[keyof operations];

/** Which items of a list are wanted. */
export type Filter<Name extends PagedList> = Given<Omit<QueryOf<Name>, "limit" | "after">>;

/** What a list is of. */
export type ItemOf<Name extends PagedList> =
  AnswerOf<operations[Name]> extends readonly (infer Item)[] ? Item : never;

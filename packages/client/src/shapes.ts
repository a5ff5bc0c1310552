import type { Method } from "./transport.ts";

/** What a client needs to know of an operation to call it. */
export interface CallShape {
  readonly operation: string;
  readonly method: Method;
  /** With `:name` for each part of the path that has one. */
  readonly url: string;
  /** Names of what its query may have. */
  readonly query: readonly string[];
  /** Whether its path or its query has parts with names. */
  readonly hasParameters: boolean;
  readonly hasBody: boolean;
  /** Of an answer that does not end: how its messages are written. */
  readonly stream: "events" | "lines" | null;
}

type Part = string | number | boolean;
type NamedParts = Readonly<Record<string, Part | readonly Part[] | undefined>>;

/** What a client sends for the arguments of a call. */
interface Sent {
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

  /** The request for these arguments of the call: parameters and a body where it has them, then options. */
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

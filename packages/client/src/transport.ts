export type Method = "GET" | "PUT" | "POST" | "PATCH" | "DELETE";

/** A request as it goes over the wire. */
export interface HttpRequest {
  readonly method: Method;
  /** With its query, from the server's root. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; undefined where there is none. */
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

/** The beginning of an answer. Its body is read once, by `text` or by `chunks`. */
export interface HttpAnswer {
  readonly status: number;
  /** The value of a header; undefined where the answer has none of this name. */
  header(name: string): string | undefined;
  text(): Promise<string>;
  chunks(): AsyncIterable<Uint8Array>;
}

/** Why there is no answer. */
export interface Failure {
  readonly code: "unavailable" | "forbidden" | "unauthenticated";
  /** For whoever asked: what is wrong, and what to do. */
  readonly detail: string;
  /** The end of a sentence that says already that the API does not answer; absent where `detail` fits there, too. */
  readonly why?: string;
  /** Whether it failed before a byte of the request left, so that sending it again cannot do it twice. */
  readonly wasNeverSent: boolean;
  /** Whether it was a connection that had been kept, and that the other side closed just as it was used again. */
  readonly wasStale: boolean;
}

/** A way to the API: how requests get there is its business, what they say is the client's. Disposing of it breaks what is under way. */
export interface Transport extends AsyncDisposable {
  /** Who is at its other end, as the subject of a sentence. */
  readonly name: string;
  /** The same where it is known who it is: `the center at 192.0.2.1:6640`. */
  readonly who: string;
  /** Sends a request once. Rejects with the signal's reason, or with what `failureOf` explains; so does reading the answer's body. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** What a failure means. @param cause what `send` rejected with, or a `TimeoutError` where the answer was late. */
  failureOf(cause: unknown): Failure;
}

/** Whether a request failed because the server said nothing for as long as it might. */
export function isLate(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

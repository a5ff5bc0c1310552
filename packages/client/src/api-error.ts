import type { components } from "./generated/openapi.ts";

/** An error as the API answers it (RFC 9457), with Fairway's stable code: docs/errors.md lists them. */
export type Problem = components["schemas"]["Problem"];

export type ErrorCode = Problem["code"];

/** A field of a request, and what is wrong with it. */
export type FieldFault = NonNullable<Problem["errors"]>[number];

/** What an error says of itself: a problem, of which the server's part is missing where no server answered. */
type Facts = Pick<Problem, "title" | "detail" | "code" | "retryable"> & Partial<Problem>;

/** The one error of this client, with the fields of RFC 9457 §3.1 and Fairway's own. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** `urn:fairway:error:CODE`. */
  readonly type: string;
  /** What is wrong in general, by its code. */
  readonly title: string;
  /** Of the HTTP answer; undefined where there was none, or it was late. */
  readonly status: number | undefined;
  /** What was wrong and what would be right; the message, too. */
  readonly detail: string;
  readonly code: ErrorCode;
  /** Whether the same request may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** The request's id, under which the center's log tells more; undefined where the center did not tell it. */
  readonly request: string | undefined;
  /** The fields that are wrong; empty where it is about no field alone. */
  readonly errors: readonly FieldFault[];

  constructor(
    { type, title, status, detail, code, retryable, request, errors }: Facts,
    options?: { readonly cause: unknown },
  ) {
    super(detail, options);
    this.type = type ?? `urn:fairway:error:${code}`;
    this.title = title;
    this.status = status;
    this.detail = detail;
    this.code = code;
    this.retryable = retryable;
    this.request = request;
    this.errors = errors ?? [];
  }
}

/** The error that an answer with a status of 400 or above tells of, also when it is no problem document. */
export function errorOfAnswer(status: number, body: string): ApiError {
  const problem = problemIn(body);
  if (problem !== undefined) return new ApiError({ ...problem, status });
  const isAway = status === 502 || status === 503 || status === 504;
  const start = body.length > 200 ? `${body.slice(0, 200)}…` : body;
  return new ApiError({
    code: isAway ? "unavailable" : "internal",
    title: "Something else than Fairway answered",
    status,
    detail: `the API answered with status ${status}: ${start}`,
    retryable: isAway,
  });
}

function problemIn(body: string): Problem | undefined {
  try {
    const found: Partial<Problem> | null = JSON.parse(body);
    const isProblem = typeof found?.code === "string" && typeof found.detail === "string";
    return isProblem ? (found as Problem) : undefined;
  } catch {
    return undefined;
  }
}

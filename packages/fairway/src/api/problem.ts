import { type ErrorCode, errorCodes, FairwayError, type FieldFault } from "../errors.ts";
import { shorten } from "../free-text.ts";

/** The media type of an error's body (RFC 9457 §3). */
export const problemMediaType = "application/problem+json";

/** An error as the API answers it (RFC 9457), with Fairway's stable code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** The request's id, under which the logs tell more. */
  readonly request: string;
  /** Which fields of the request are wrong, and why; absent where it is about none alone. */
  readonly errors?: readonly FieldFault[];
}

/** @param status where HTTP is finer than the error's code: 405, 415. */
export function problemOf(error: FairwayError, request: string, status: number = error.status): Problem {
  return {
    type: `urn:fairway:error:${error.code}`,
    title: errorCodes[error.code].title,
    status,
    detail: error.message,
    code: error.code,
    retryable: error.retryable,
    request,
    ...(error.fields.length > 0 && { errors: error.fields }),
  };
}

/** The error that an answer with a status of 400 or above tells of, also when it is no problem document. */
export function errorOfAnswer(status: number, body: string): FairwayError {
  try {
    const { code, detail, errors }: { code?: unknown; detail?: unknown; errors?: unknown } = JSON.parse(body);
    if (typeof code === "string" && typeof detail === "string" && isErrorCode(code)) {
      return new FairwayError(code, detail, {
        fields: Array.isArray(errors) ? errors.filter(isFieldFault) : [],
      });
    }
  } catch {
    // Not JSON: something else than Fairway answered.
  }
  const code = status === 503 || status === 502 || status === 504 ? "unavailable" : "internal";
  return new FairwayError(code, `the API answered with status ${status}: ${shorten(body, 200)}`);
}

function isFieldFault(given: unknown): given is FieldFault {
  if (typeof given !== "object" || given === null) return false;
  const { field, detail }: { field?: unknown; detail?: unknown } = given;
  return typeof field === "string" && typeof detail === "string";
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}

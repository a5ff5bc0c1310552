import { type ErrorCode, errorCodes, type FairwayError, type FieldFault } from "../errors.ts";

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

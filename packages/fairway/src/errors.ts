/**
 * Every error that a user may see, by its stable code. `status` is what the REST edge answers (RFC 9110 §15),
 * `retryable` whether the same request may succeed later without anybody changing anything.
 */
export const errorCodes = {
  invalid: { status: 400, retryable: false, title: "The request is not valid" },
  not_found: { status: 404, retryable: false, title: "The object does not exist" },
  conflict: { status: 409, retryable: false, title: "The object is in the way of another" },
  in_use: { status: 409, retryable: false, title: "The object is still in use" },
  exhausted: { status: 409, retryable: false, title: "Nothing free is left" },
  unauthenticated: { status: 401, retryable: false, title: "The caller is not known" },
  forbidden: { status: 403, retryable: false, title: "The caller may not do this" },
  gone: { status: 410, retryable: false, title: "What was asked for is not remembered any more" },
  precondition_failed: { status: 412, retryable: false, title: "The object has changed" },
  too_large: { status: 413, retryable: false, title: "The request is too large" },
  too_many: { status: 429, retryable: true, title: "The caller asks too much at once" },
  unsupported: { status: 501, retryable: false, title: "This machine or version cannot do that" },
  not_leader: { status: 503, retryable: true, title: "This center does not lead" },
  unavailable: { status: 503, retryable: true, title: "A part that is needed does not answer" },
  timeout: { status: 504, retryable: true, title: "A stage did not finish in time" },
  internal: { status: 500, retryable: false, title: "Fairway failed" },
} as const satisfies Record<string, { status: number; retryable: boolean; title: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** A field of a request, and what is wrong with it. */
export interface FieldFault {
  /** As the body, the path or the query names it: `subnets[0].cidr`. */
  readonly field: string;
  readonly detail: string;
}

/** The one error class of Fairway; edges turn it into an HTTP problem (RFC 9457) or Docker's `Err`. */
export class FairwayError extends Error {
  override readonly name = "FairwayError";
  readonly code: ErrorCode;
  /** Of the request that was refused; empty where it is about no field alone. */
  readonly fields: readonly FieldFault[];

  /** @param message names what was wrong and what would be right, for the person who asked. */
  constructor(
    code: ErrorCode,
    message: string,
    { fields = [], ...options }: { cause?: unknown; fields?: readonly FieldFault[] } = {},
  ) {
    super(message, options);
    this.code = code;
    this.fields = fields;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }
}

/** What was asked for; undefined where it does not exist. Rejects with every other error. */
export async function unlessNotFound<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof FairwayError && error.code === "not_found") return undefined;
    throw error;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

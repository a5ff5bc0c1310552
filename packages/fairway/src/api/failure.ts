import type { FastifyReply, FastifyRequest } from "fastify";
import { FairwayError, messageOf } from "../errors.ts";
import { problemMediaType, problemOf } from "./problem.ts";

/** What a request may carry at most, bytes. */
export const bodyLimit = 1024 * 1024;

/** An error on its way out. `status` is finer than the error's own where HTTP is. */
export interface Failure {
  readonly error: FairwayError;
  readonly status: number;
}

/** What fastify refuses by itself, in Fairway's terms. */
const refusals: Readonly<Record<string, { readonly message: string; readonly status?: number }>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: { message: "the body is empty; it must be JSON" },
  FST_ERR_CTP_INVALID_JSON_BODY: { message: "the body is not JSON" },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { message: "the body must be application/json", status: 415 },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { message: "the body's length differs from its Content-Length" },
};

/** Whatever was thrown on behalf of a request, as its caller may see it. */
export function failureOf(thrown: unknown, stopped: boolean): Failure {
  if (thrown instanceof FairwayError) return { error: thrown, status: thrown.status };
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return failure(new FairwayError("too_large", "the body may have at most 1 MiB", { cause: thrown }));
  }
  const refusal = refusals[code];
  if (refusal !== undefined) {
    return failure(new FairwayError("invalid", refusal.message, { cause: thrown }), refusal.status);
  }
  const status = thrown instanceof Error && "statusCode" in thrown ? Number(thrown.statusCode) : 500;
  if (status >= 400 && status < 500) {
    return failure(new FairwayError("invalid", messageOf(thrown), { cause: thrown }));
  }
  if (stopped && thrown instanceof Error && thrown.name === "AbortError") {
    return failure(new FairwayError("unavailable", "fairway is stopping", { cause: thrown }));
  }
  // The message may tell what is nobody's business; the log has it.
  const message = "something went wrong that should not; the log has the reason under the request's id";
  return failure(new FairwayError("internal", message, { cause: thrown }));
}

/** Answers a request with a problem (RFC 9457), under the id of the request. */
export function answerFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  { error, status }: Failure,
): void {
  // The rest of what is too large is not worth reading.
  if (status === 413) reply.header("connection", "close");
  // RFC 9110 §11.6.1, RFC 6750 §3.
  if (status === 401) reply.header("www-authenticate", "Bearer");
  // RFC 9110 §10.2.3, seconds: of what is bounded something is free again by then.
  if (status === 429) reply.header("retry-after", "1");
  reply
    .code(status)
    .header("content-type", problemMediaType)
    .serializer(JSON.stringify)
    .send(problemOf(error, request.id, status));
}

function failure(error: FairwayError, status = error.status): Failure {
  return { error, status };
}

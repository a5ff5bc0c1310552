import { randomBytes } from "node:crypto";
import { maxHeaderSize, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { FairwayError } from "../errors.ts";
import { problemMediaType, problemOf } from "./problem.ts";

/**
 * Answers what Node cannot read as a request (its event `clientError`) with a problem (RFC 9457), and ends the connection: where the next
 * request would begin nobody knows.
 */
export function answerUnreadable(cause: Error, socket: Duplex): void {
  if (!socket.writable || ("code" in cause && cause.code === "ECONNRESET")) {
    socket.destroy();
    return;
  }
  const { error, status } = failureOf(cause);
  const body = JSON.stringify(problemOf(error, randomBytes(8).toString("hex"), status));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "connection: close",
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

/** By Node's codes; those without an entry are of bytes that are no HTTP. */
function failureOf(cause: Error): { readonly error: FairwayError; readonly status: number } {
  const code = "code" in cause ? cause.code : undefined;
  // RFC 6585 §5.
  if (code === "HPE_HEADER_OVERFLOW") {
    const most = `${maxHeaderSize / 1024} KiB`;
    const message = `the request line and the headers may have at most ${most} together`;
    return { error: new FairwayError("too_large", message, { cause }), status: 431 };
  }
  // RFC 9110 §15.5.9.
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    const message = "the request did not arrive in time; send it whole, at once";
    return { error: new FairwayError("timeout", message, { cause }), status: 408 };
  }
  const message = `this is no request of HTTP/1.1: ${cause.message}`;
  return { error: new FairwayError("invalid", message, { cause }), status: 400 };
}

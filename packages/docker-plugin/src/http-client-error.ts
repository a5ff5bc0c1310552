import { STATUS_CODES } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { PluginError } from "./errors.ts";
import { contentType, errorAnswer } from "./http-exchange.ts";

/**
 * Answers what never became a request: nonsense, headers that are too long, a client that is too slow. To be called for each
 * `clientError` of a server.
 */
export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  // Node counts the time for headers from the connection on. Docker's client dials connections ahead of need and keeps them.
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT" && socket instanceof Socket && socket.bytesRead === 0) return;
  if (!socket.writable || error.code === "ECONNRESET" || error.code === "EPIPE") {
    socket.destroy();
    return;
  }
  const refusal = refusalOf(error);
  const body = JSON.stringify(errorAnswer(refusal));
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

function refusalOf(error: Error & { code?: string }): PluginError {
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new PluginError("slow_request", "the request took too long to arrive", { cause: error });
  }
  if (error.code === "HPE_HEADER_OVERFLOW") {
    return new PluginError("malformed_http", "the request's headers are too long", {
      cause: error,
      status: 431,
    });
  }
  return new PluginError("malformed_http", `this is not HTTP: ${error.message}`, { cause: error });
}

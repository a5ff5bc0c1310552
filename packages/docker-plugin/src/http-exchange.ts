/** Reading one request and writing one answer in the form that Docker's plugin client takes. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { deferred } from "./deferred.ts";
import { PluginError } from "./errors.ts";

/** What Docker's client accepts (moby `pkg/plugins/transport/transport.go`, VersionMimetype). */
export const contentType = "application/vnd.docker.plugins.v1.2+json";

/**
 * The whole body as text; "" where there is none. What exceeds the bound is read and thrown away, for a client that is still
 * writing may not see an answer. Throws `body_too_large`, `malformed_request` where it is not UTF-8, `malformed_http`
 * where the client went away before the end.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
    }
  } catch (cause) {
    throw new PluginError("malformed_http", "the client went away before its request was complete", {
      cause,
    });
  }
  if (bytes > maxBytes) {
    throw new PluginError("body_too_large", `the body has ${bytes} bytes; at most ${maxBytes} are taken`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new PluginError("malformed_request", "the body is not UTF-8", { cause });
  }
}

/** A body as JSON. Throws `PluginError` "malformed_request" where it is none. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new PluginError("malformed_request", "the body is not JSON", { cause });
  }
}

/**
 * A handler's answer as JSON: an object at all times, for Docker takes an empty body as an error, even of methods without an
 * answer. Throws `unserializable_answer`.
 */
export function encodeAnswer(answer: unknown): string {
  if (answer === undefined || answer === null) return "{}";
  if (typeof answer !== "object" || Array.isArray(answer)) {
    throw new PluginError("unserializable_answer", "the handler's answer is not an object");
  }
  try {
    return JSON.stringify(answer);
  } catch (cause) {
    throw new PluginError("unserializable_answer", "the handler's answer cannot be written as JSON", {
      cause,
    });
  }
}

/**
 * NetworkDriver's answers name an error `Err`, IpamDriver's `Error`; with a status other than 200 Docker's client reads `Err`
 * of both (moby `pkg/plugins/client.go`, `responseErr`). So both are there. One line, for the user's terminal.
 */
export function errorAnswer(error: PluginError): { readonly Err: string; readonly Error: string } {
  const line = error.message.replaceAll(/\s*[\r\n]+\s*/g, " ").trim();
  return { Err: line, Error: line };
}

/** Sends an answer; false where the client had gone. */
export async function sendAnswer(response: ServerResponse, status: number, body: string): Promise<boolean> {
  if (response.destroyed || response.socket?.destroyed === true) return false;
  const { promise, resolve } = deferred<boolean>();
  response.once("finish", () => resolve(true));
  response.once("close", () => resolve(false));
  response.once("error", () => resolve(false));
  response.writeHead(status, {
    "Content-Type": contentType,
    "Content-Length": Buffer.byteLength(body),
    ...(status === 405 && { Allow: "POST" }),
  });
  response.end(body);
  return promise;
}

import { request } from "node:http";
import { text } from "node:stream/consumers";
import { FairwayError } from "../errors.ts";
import { answerBoundMs, within } from "./bound.ts";
import { reach } from "./sockets.ts";

/** One request over a unix socket; its answer's JSON. Throws `unavailable` or `timeout` in words. */
export async function askHttp(
  socketPath: string,
  method: "GET" | "POST",
  path: string,
): Promise<Readonly<Record<string, unknown>>> {
  return within(answerBoundMs, socketPath, (signal) => ask(socketPath, method, path, signal));
}

async function ask(
  socketPath: string,
  method: string,
  path: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  await reach(socketPath, signal);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  request({ socketPath, method, path, host: "localhost", signal })
    .once("error", reject)
    .once("response", (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    })
    .end();
  const { status, body } = await promise;
  if (status !== 200)
    throw new FairwayError("unavailable", `${socketPath} answered ${path} with ${status}: ${body.trim()}`);
  return JSON.parse(body);
}

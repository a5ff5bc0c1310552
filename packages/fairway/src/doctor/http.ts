import { FairwayError } from "../errors.ts";
import { HttpClient } from "../runtime/http-client.ts";
import { within } from "../runtime/within.ts";
import { answerBoundMs } from "./probe.ts";
import { reach } from "./sockets.ts";

/** One request over a unix socket; its answer's JSON. Throws `unavailable` or `timeout` in words. */
export async function askHttp(
  socketPath: string,
  method: "GET" | "POST",
  path: string,
): Promise<Readonly<Record<string, unknown>>> {
  return within(answerBoundMs, socketPath, async (signal) => {
    await reach(socketPath, signal);
    await using client = new HttpClient({ socketPath });
    const { status, body } = await client.ask({ method, path, signal }, answerBoundMs);
    if (status !== 200)
      throw new FairwayError("unavailable", `${socketPath} answered ${path} with ${status}: ${body.trim()}`);
    return JSON.parse(body);
  });
}

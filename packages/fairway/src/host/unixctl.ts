import { readdir, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { FairwayError } from "../errors.ts";
import { within } from "../runtime/within.ts";

const answerBoundMs = 3_000;

/**
 * Asks a daemon of the Open vSwitch family over its control socket, as `ovs-appctl -t DAEMON COMMAND` does (unixctl: JSON-RPC 1.0).
 * Throws `unavailable` where it does not run, `timeout` where it does not answer.
 */
export async function askDaemon(directory: string, daemon: string, command: string): Promise<string> {
  for (const path of await controlSockets(directory, daemon)) {
    const answer = await within(answerBoundMs, daemon, (signal) => ask(path, command, signal));
    if (answer !== undefined) return answer.trim();
  }
  throw new FairwayError("unavailable", "does not run on this machine");
}

/** The newest first: a daemon that was killed leaves its own behind. */
async function controlSockets(directory: string, daemon: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  const paths = names
    .filter((name) => name.startsWith(daemon) && /^(\.\d+)?\.ctl$/.test(name.slice(daemon.length)))
    .map((name) => join(directory, name));
  const found = await Promise.all(
    paths.map(async (path) => ({ path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  return found.sort((one, other) => other.at - one.at).map(({ path }) => path);
}

/** Undefined where nobody listens. */
async function ask(path: string, command: string, signal: AbortSignal): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  let text = "";
  const socket = connect({ path, signal });
  socket
    .setEncoding("utf8")
    .once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNREFUSED" || error.code === "ENOENT" ? resolve(undefined) : reject(error),
    )
    .on("data", (chunk: string) => {
      text += chunk;
      const reply = parsed(text);
      if (reply === undefined) return;
      if (typeof reply.error === "string")
        reject(new FairwayError("unsupported", `it answered ${command} with: ${reply.error.trim()}`));
      else resolve(String(reply.result));
    })
    .once("end", () => reject(new FairwayError("unavailable", `it ended before it answered ${command}`)));
  socket.write(JSON.stringify({ id: 0, method: command, params: [] }));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

/** Undefined while the reply is not whole. */
function parsed(text: string): { readonly result: unknown; readonly error: unknown } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { createServer } from "node:net";
import { beginListening } from "../api/begin-listening.ts";
import { FairwayError } from "../errors.ts";
import { portOwner } from "../host/port-owner.ts";
import { silent } from "../logger.ts";

/**
 * Throws `conflict` where somebody listens on a TCP port of this machine already, with who that is.
 * @param otherwise what else a person can do.
 */
export async function checkPortIsFree(host: string, port: number, otherwise?: string): Promise<void> {
  const probe = createServer();
  try {
    await beginListening(probe, { host, port }, silent);
  } catch (error) {
    if (socketErrorOf(error)?.code === "EADDRINUSE") throw await withPortOwner(error, otherwise);
  } finally {
    probe.close();
  }
}

/**
 * An error of `beginListening` about a port that somebody has, with who has it and what to do; every other error as it is.
 * @param otherwise what else a person can do.
 */
export async function withPortOwner(error: unknown, otherwise?: string): Promise<unknown> {
  const cause = socketErrorOf(error);
  if (cause?.code !== "EADDRINUSE" || cause.port === undefined) return error;
  const { address, port } = cause;
  const owner = await portOwner("tcp", port);
  const who = owner === undefined ? "another process" : `${owner.program} (process ${owner.pid})`;
  const mend =
    owner?.program === "ovsdb-server"
      ? `If \`ovs-vsctl get-manager\` shows ptcp:${port}, that is Open vSwitch's manager: \`ovs-vsctl del-manager\` ends it; Fairway does not need it`
      : "End it, or let it listen elsewhere";
  const message = `cannot listen on ${address}:${port}: ${who} listens on port ${port}. ${mend}${otherwise === undefined ? "" : `, ${otherwise}`}`;
  return new FairwayError("conflict", message, { cause });
}

/** What Node's error of `listen` says beside its message. */
interface SocketError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

function socketErrorOf(error: unknown): SocketError | undefined {
  return error instanceof FairwayError && error.cause instanceof Error ? error.cause : undefined;
}

import { once } from "node:events";
import type { Server } from "node:net";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { BackoffBounds } from "../runtime/backoff.ts";
import { guarded } from "../runtime/guarded.ts";
import { Loop } from "../runtime/loop.ts";

/** An address and a port of this machine. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Whoever waits for an address waits for a network that is about to come up. */
const backoff: BackoffBounds = { firstMs: 100, longestMs: 1_000 };

/**
 * Resolves when the server listens. Throws `conflict` where somebody listens there already, or the address is not this machine's; its cause is
 * the socket's error.
 */
export async function beginListening(
  server: Server,
  where: { path: string } | Place,
  logger: Logger,
): Promise<void> {
  try {
    server.listen(where);
    await once(server, "listening");
    // A connection that cannot be accepted, as where no file descriptor is left, is one.
    const note = (error: Error) => logger.warn({ error: error.message }, "a connection was not accepted");
    server.on("error", guarded("note a connection's failure", logger, note));
  } catch (cause) {
    const name = "path" in where ? where.path : nameOf(where);
    const reason = isWithoutAddress(cause)
      ? "this machine has no such address, or not yet"
      : messageOf(cause);
    throw new FairwayError("conflict", `cannot listen on ${name}: ${reason}`, { cause });
  }
}

/**
 * Begins to listen. An address that is not this machine's, as at a boot before its network, is waited for in the background: then this
 * resolves before the server listens. Disposing ends the wait, not the server. Throws `conflict` where somebody listens there already.
 */
export async function listenOnceThere(
  server: Server,
  where: Place,
  logger: Logger,
): Promise<AsyncDisposable> {
  const work = () => beginListening(server, where, logger);
  const waiting = new Loop({ name: `listen on ${nameOf(where)}`, work, backoff, logger });
  try {
    await work();
  } catch (error) {
    if (!(error instanceof FairwayError && isWithoutAddress(error.cause))) throw error;
    waiting.soon();
  }
  return waiting;
}

function nameOf({ host, port }: Place): string {
  return `${host}:${port}`;
}

function isWithoutAddress(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRNOTAVAIL";
}

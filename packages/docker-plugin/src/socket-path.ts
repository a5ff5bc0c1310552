import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, lstat, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { connect, createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PluginError } from "./errors.ts";

/** A socket that is listened on under its final name. */
export interface BoundSocket {
  /** Removes the name, unless another server has taken it since. */
  release(): Promise<void>;
}

/** The mode of every socket here. */
const ownersAlone = 0o600;

/** `sun_path` of unix(7) holds 108 bytes, the last one zero. */
const longestPathBytes = 107;

/** Between two looks whether it is this server's turn. */
const turnPause = { firstMs: 5, longestMs: 200 } as const;
const defaultTurnBoundMs = 10_000;

/**
 * Listens on a unix socket that only its owner may connect to. The parent directory is made; a socket that a dead
 * process left is taken over. Throws `socket_in_use` where somebody listens, `socket_unusable` for all else.
 *
 * The socket is made in a directory of its own and then renamed: it is never visible with wider permissions, a dead
 * one is replaced in one step, and libuv, which removes the name that it bound, cannot remove that of a successor.
 * Docker finds plugins as `NAME.sock` and `NAME/NAME.sock` (moby `pkg/plugins/discovery.go`), so never by the first name.
 * @param turnBoundMs how long it may wait for others that begin to listen on this path.
 */
export async function listenOnSocket(
  server: Server,
  path: string,
  turnBoundMs = defaultTurnBoundMs,
): Promise<BoundSocket> {
  const longest = Math.max(
    ...[path, join(dirname(path), ".p-XXXXXX", "s")].map((name) => Buffer.byteLength(name)),
  );
  if (longest > longestPathBytes) {
    throw new PluginError(
      "socket_unusable",
      `${path} is too long for a unix socket; choose a shorter directory`,
    );
  }
  await makeParent(path);
  await using _turn = await takeTurn(path, turnBoundMs);
  await refuseIfTaken(path);
  try {
    const directory = await mkdtemp(join(dirname(path), ".p-"));
    try {
      const bound = join(directory, "s");
      server.listen({ path: bound });
      await once(server, "listening");
      await chmod(bound, ownersAlone);
      const { dev, ino } = await lstat(bound);
      await rename(bound, path);
      return { release: async () => void (await removeIfSame(path, dev, ino)) };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  } catch (cause) {
    server.close();
    throw unusable(path, cause);
  }
}

/**
 * Removes the socket that a server of this library left when it was killed: it is its owner's alone, as others seldom make theirs, and nobody listens.
 * @returns whether there was one. What cannot be removed stays.
 */
export async function removeAbandonedSocket(path: string): Promise<boolean> {
  const found = await statOrNothing(path);
  const isOurs =
    found?.isSocket() === true && (found.mode & 0o777) === ownersAlone && found.uid === process.geteuid?.();
  if (!isOurs || (await isAlive(path))) return false;
  return removeIfSame(path, found.dev, found.ino);
}

/**
 * Of several servers that start at once on one path, one after the other looks whether it is taken: a name in the
 * abstract namespace (unix(7)) is one process's at a time, and the kernel frees it when that process dies.
 */
async function takeTurn(path: string, boundMs: number): Promise<AsyncDisposable> {
  const name = turnName(path);
  const turn = createServer();
  const givenUpAtMs = performance.now() + boundMs;
  for (let pauseMs: number = turnPause.firstMs; ; pauseMs = Math.min(2 * pauseMs, turnPause.longestMs)) {
    turn.listen({ path: name, exclusive: true });
    try {
      await once(turn, "listening");
      return { [Symbol.asyncDispose]: async () => void (await once(turn.close(), "close")) };
    } catch (cause) {
      if (!isSystemError(cause) || cause.code !== "EADDRINUSE") throw unusable(path, cause);
    }
    if (performance.now() > givenUpAtMs) {
      throw new PluginError(
        "socket_in_use",
        `another process has been about to listen on ${path} for ${boundMs / 1000} s; stop it first`,
      );
    }
    await sleep(pauseMs);
  }
}

/** Held by the one process that is about to listen on a path. */
export function turnName(path: string): string {
  return `\0docker-plugin-${createHash("sha256").update(resolve(path)).digest("hex")}`;
}

async function makeParent(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw unusable(path, cause);
  }
}

async function refuseIfTaken(path: string): Promise<void> {
  const found = await statOrNothing(path);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new PluginError(
      "socket_unusable",
      `${path} exists and is not a socket; remove it or choose another path`,
    );
  }
  if (await isAlive(path)) {
    throw new PluginError("socket_in_use", `another process listens on ${path} already; stop it first`);
  }
}

/** Only a refusal shows that nobody listens: where the backlog is full, or permission is missing, somebody may. */
async function isAlive(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    return !(isSystemError(error) && (error.code === "ECONNREFUSED" || error.code === "ENOENT"));
  } finally {
    socket.destroy();
  }
}

/** @returns whether it was that one. */
async function removeIfSame(path: string, dev: number, ino: number): Promise<boolean> {
  const found = await statOrNothing(path);
  if (found?.dev !== dev || found.ino !== ino) return false;
  await rm(path, { force: true });
  return true;
}

async function statOrNothing(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return undefined;
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): PluginError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PluginError("socket_unusable", `cannot listen on ${path}: ${reason}`, { cause });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}

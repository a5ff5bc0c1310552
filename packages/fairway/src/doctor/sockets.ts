import { stat } from "node:fs/promises";
import { connect } from "node:net";
import { FairwayError } from "../errors.ts";

/** A unix socket's path, or an address and a TCP port. */
type Place = string | { readonly host: string; readonly port: number };

/** Reaches whoever serves a socket; throws in words why nobody can be reached there. */
export async function reach(where: Place, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ ...(typeof where === "string" ? { path: where } : where), signal });
  socket.once("connect", resolve).once("error", reject);
  try {
    await promise;
  } catch (cause) {
    throw new FairwayError("unavailable", `${nameOf(where)}: ${reasonOf(cause, where)}`, { cause });
  } finally {
    socket.destroy();
  }
}

function nameOf(where: Place): string {
  return typeof where === "string" ? where : `${where.host}:${where.port}`;
}

function reasonOf(error: unknown, where: Place): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return "there is no such socket";
  if (code === "ECONNREFUSED" && typeof where !== "string") return "nobody listens there";
  if (code === "ECONNREFUSED") return "nobody listens on this socket; who made it is dead";
  if (code === "EACCES" || code === "EPERM") return "only root may use this socket; try with sudo";
  return code || String(error);
}

/** Whether others than root can use a socket or read a file; undefined where it is not there. */
export async function openToOthers(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const mode = found.mode & 0o777;
  if (found.uid === 0 && (mode & 0o077) === 0) return undefined;
  return `${path} belongs to user ${found.uid} with mode 0${mode.toString(8)}`;
}

import { once } from "node:events";
import { chmodSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { FairwayError } from "../errors.ts";

/** Makes a path ready to be listened on: its directory exists, and a socket that a dead process left is gone. */
export async function takeSocketPath(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new FairwayError(
      "conflict",
      `${path} exists and is not a socket; remove it or choose another path`,
    );
  }
  if (await isAlive(path)) {
    throw new FairwayError("conflict", `another fairway listens on ${path} already; stop it first`);
  }
  rmSync(path, { force: true });
}

/** Before this call nobody but the owner could connect either: that takes the right to write (unix(7)). */
export function protectSocket(path: string): void {
  chmodSync(path, 0o600);
}

async function isAlive(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import koffi from "koffi";

const CLONE_NEWNET = 0x40000000;

/**
 * Gives this process, and what it starts, a network namespace of its own. To be called before anything else starts a
 * thread: threads that run already stay where they are (unshare(2)).
 */
export function enterPrivateNetwork(): void {
  const unshare = koffi.load(null).func("int unshare(int)");
  if (unshare(CLONE_NEWNET) !== 0) throw new Error(`unshare: errno ${koffi.errno()}; these tests need root`);
}

/** Starts a process in a network namespace of its own and waits until it is there: before that it is in the caller's. */
export async function startNetwork(): Promise<ChildProcess> {
  const inside = spawn("unshare", ["--net", "sh", "-c", "echo there; exec sleep 600"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(inside.stdout, "data");
  return inside;
}

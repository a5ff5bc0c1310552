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

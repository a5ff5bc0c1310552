import type { Store } from "../intent/store.ts";

/**
 * Waits until `holds` is true of the committed intent, looking again at every change.
 * @returns false where `signal` ended the wait first.
 */
export function waitUntil(
  replica: Store["replica"],
  holds: () => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  if (holds()) return Promise.resolve(true);
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (result: boolean) => {
      replica.off("change", look);
      signal.removeEventListener("abort", give);
      resolve(result);
    };
    const look = () => {
      if (holds()) end(true);
    };
    const give = () => end(false);
    replica.on("change", look);
    signal.addEventListener("abort", give, { once: true });
  });
}

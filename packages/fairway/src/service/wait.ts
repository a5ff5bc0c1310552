import type { Store } from "../intent/store.ts";

/**
 * Waits until `holds` is true of the committed intent, looking again at every change.
 * @returns false where `signal` ended the wait first. @throws what `holds` throws.
 */
export function waitUntil(
  replica: Store["replica"],
  holds: () => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  if (holds()) return Promise.resolve(true);
  if (signal.aborted) return Promise.resolve(false);
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const look = () => {
    try {
      if (holds()) resolve(true);
    } catch (error) {
      reject(error);
    }
  };
  const give = () => resolve(false);
  replica.on("change", look);
  signal.addEventListener("abort", give, { once: true });
  return promise.finally(() => {
    replica.off("change", look);
    signal.removeEventListener("abort", give);
  });
}

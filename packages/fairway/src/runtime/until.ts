/**
 * Waits until `holds` is true. It looks at once, and again whenever `subscribe` calls back.
 * @param subscribe calls `look` at every occasion; what it returns ends that.
 * @returns false where `signal` ended the wait first. @throws what `holds` throws.
 */
export function until(
  subscribe: (look: () => void) => () => void,
  holds: () => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  if (holds()) return Promise.resolve(true);
  if (signal.aborted) return Promise.resolve(false);
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const giveUp = () => resolve(false);
  const unsubscribe = subscribe(() => {
    try {
      if (holds()) resolve(true);
    } catch (error) {
      reject(error);
    }
  });
  signal.addEventListener("abort", giveUp, { once: true });
  return promise.finally(() => {
    unsubscribe();
    signal.removeEventListener("abort", giveUp);
  });
}

import type { Legs } from "./legs.ts";

/** Waits until a leg is live. @throws the signal's reason. */
export async function untilLive(
  legs: Pick<Legs, "live" | "onChange">,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => {
    if (legs.live.has(key)) resolve();
  };
  const giveUp = () => reject(signal.reason);
  const end = legs.onChange(look);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    if (signal.aborted) giveUp();
    look();
    await promise;
  } finally {
    end();
    signal.removeEventListener("abort", giveUp);
  }
}

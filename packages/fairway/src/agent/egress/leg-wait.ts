import { orAbort } from "../../runtime/or-abort.ts";
import type { Legs } from "./legs.ts";

/** Waits until a leg is live. @throws the signal's reason. */
export async function untilLive(
  legs: Pick<Legs, "live" | "onChange">,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (legs.live.has(key)) resolve();
  };
  const end = legs.onChange(look);
  try {
    look();
    await orAbort(promise, signal);
  } finally {
    end();
  }
}

import { until } from "./until.ts";

/**
 * Waits until what is seen holds.
 *
 * @param holds throws while it does not, as assertions do.
 * @throws what `holds` threw of the last that was seen.
 */
export async function eventually<Seen>(
  look: () => Promise<Seen>,
  holds: (seen: Seen) => void,
  options?: { readonly timeoutMs?: number },
): Promise<void> {
  let fault: unknown;
  const isSeen = async () => {
    const seen = await look();
    try {
      holds(seen);
      return true;
    } catch (error) {
      fault = error;
      return false;
    }
  };
  try {
    await until("what holds", isSeen, options);
  } catch (error) {
    throw fault ?? error;
  }
}

import { messageOf } from "../errors.ts";

/**
 * What is read of several rows; `without` where one of them is damaged, which leaves all else.
 * @param status gets the reason.
 */
export function orDamaged<T>(status: Record<string, string>, without: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    status["intent"] = `a row of the intent cannot be read: ${messageOf(error)}`;
    return without;
  }
}

import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";

/**
 * A callback for a timer, an emitter or a stream: what it throws, or its promise rejects with, goes to the log and no further.
 * An exception there would end the process, and with it the network of every other container.
 * @param what says in the log what failed, e.g. "follow a change of Open vSwitch".
 */
export function guarded<A extends readonly unknown[]>(
  what: string,
  logger: Logger,
  callback: (...args: A) => void | Promise<void>,
): (...args: A) => void {
  const failed = (error: unknown) =>
    logger.error(
      { what, error: messageOf(error), stack: error instanceof Error ? error.stack : undefined },
      "a callback failed",
    );
  return (...args) => {
    try {
      callback(...args)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

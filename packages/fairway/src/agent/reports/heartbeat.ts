import type { ApiClient } from "../../api/client.ts";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import { Loop } from "../../runtime/loop.ts";

/** A host counts as down after three that did not come. */
const defaultPeriodMs = 5_000;

export interface HeartbeatParts {
  readonly api: Pick<ApiClient, "recordHeartbeat">;
  readonly hostName: string;
  readonly logger: Logger;
  /** 5 s by default. */
  readonly periodMs?: number;
}

/**
 * Tells the center that this host lives. The stream of its state cannot: a center that sends learns late that nobody takes it, and
 * one that has nothing to send learns nothing.
 */
export class Heartbeat implements AsyncDisposable {
  readonly #loop: Loop;

  constructor({ api, hostName, logger, periodMs = defaultPeriodMs }: HeartbeatParts) {
    this.#loop = new Loop({
      name: "tell the center that this host lives",
      // The state's stream tells of a center that is away, and registers a host that the center does not know.
      work: async (signal) => {
        try {
          await api.recordHeartbeat({ host: hostName }, { signal, timeoutMs: periodMs });
        } catch (error) {
          logger.debug({ error: messageOf(error) }, "no heartbeat reached the center");
        }
      },
      periodMs,
      logger,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }
}

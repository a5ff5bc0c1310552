import type { ApiClient } from "../api/client.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";

/** A host counts as down after three that did not come. */
const defaultPeriodMs = 5_000;

export interface HeartbeatParts {
  readonly api: Pick<ApiClient, "beat">;
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
  readonly #parts: HeartbeatParts;
  readonly #end = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#timer = setInterval(this.#beat, parts.periodMs ?? defaultPeriodMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#end.abort();
    await this.#running;
  }

  readonly #beat = (): void => {
    const { api, hostName, logger, periodMs = defaultPeriodMs } = this.#parts;
    this.#running ??= api
      .beat(hostName, { signal: this.#end.signal, timeoutMs: periodMs })
      // The state's stream tells of a center that is away, and registers a host that the center does not know.
      .catch((error: unknown) => logger.debug({ error: messageOf(error) }, "no heartbeat reached the center"))
      .finally(() => {
        this.#running = undefined;
      });
  };
}

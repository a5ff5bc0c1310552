import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { FairwayError, messageOf } from "../errors.ts";
import { writePrivately } from "../host/files.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { version } from "../version.ts";
import type { AdmissionList } from "./admitted-hosts.ts";
import type { SouthboundPlaces } from "./southbound-places.ts";
import { endSouthbound, startSouthbound } from "./southbound-service.ts";

/** How often it is looked whether the process lives. */
const periodMs = 5_000;
const answerBoundMs = 3_000;
const startBoundMs = 10_000;

export interface SouthboundKeeperOptions extends SouthboundPlaces {
  readonly admissions: AdmissionList;
  readonly logger: Logger;
  /** How the process is started, and ended; but for tests the machine's own way. */
  readonly service?: { readonly start: () => Promise<void>; readonly end: () => Promise<void> };
}

/**
 * Keeps the process that lets hosts in to OVN's Southbound: starts it where it is not there or is another version's, and tells it whom the
 * cluster has admitted. It goes on when this center ends.
 */
export class SouthboundKeeper implements AsyncDisposable {
  readonly #options: SouthboundKeeperOptions;
  readonly #service: NonNullable<SouthboundKeeperOptions["service"]>;
  readonly #loop: Loop;
  readonly #watch: Disposable;
  #written: string | undefined;

  constructor(options: SouthboundKeeperOptions) {
    this.#options = options;
    const { admissions, logger, pidFile } = options;
    this.#service = options.service ?? { start: startSouthbound, end: () => endSouthbound(pidFile) };
    this.#loop = new Loop({
      name: "let hosts in to OVN's Southbound",
      work: () => this.#keep(),
      periodMs,
      logger,
    });
    this.#watch = admissions.onChange(this.#loop.soon);
    this.#loop.soon();
  }

  /** The process reads the center's certificate again. */
  readonly reloadCertificates = (): void => this.#loop.soon();

  /** Resolves when only those who are admitted at this moment are let in. @throws `unavailable` where that is not sure. */
  async admissionsApplied(): Promise<void> {
    this.#loop.retryNow();
    await this.#loop.idle();
    const { failure } = this.#loop;
    if (failure !== undefined) throw new FairwayError("unavailable", failure);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    await this.#loop[Symbol.asyncDispose]();
  }

  async #keep(): Promise<void> {
    const { admissions, admitted } = this.#options;
    const hosts = JSON.stringify(admissions.all());
    if (hosts !== this.#written) await writePrivately(admitted, hosts);
    this.#written = hosts;
    const answer = await this.#report().catch((error: unknown) => {
      if (isAway(error)) return undefined;
      throw error;
    });
    if (answer === version) return;
    if (answer !== undefined) await this.#service.end();
    await this.#service.start();
    await this.#untilStarted();
  }

  async #untilStarted(): Promise<void> {
    for (const end = performance.now() + startBoundMs; ; await sleep(50)) {
      this.#loop.signal.throwIfAborted();
      try {
        const answer = await this.#report();
        if (answer === version) return;
        throw new FairwayError("unavailable", answer);
      } catch (error) {
        if (performance.now() > end || !isAway(error))
          throw new FairwayError(
            "unavailable",
            `the process that lets hosts in to OVN's Southbound does not start: ${messageOf(error)}`,
            { cause: error },
          );
      }
    }
  }

  /** Has the process read the file again. @returns the version of the process, or what is in its way. @throws where it does not answer. */
  async #report(): Promise<string> {
    const signal = AbortSignal.any([this.#loop.signal, AbortSignal.timeout(answerBoundMs)]);
    const connection = connect({ path: this.#options.socket, signal });
    try {
      await once(connection, "connect");
      return (await text(connection)).trim();
    } catch (cause) {
      if (isAway(cause)) throw cause;
      throw new FairwayError(
        "unavailable",
        `the process that lets hosts in to OVN's Southbound does not answer: ${messageOf(cause)}`,
        { cause },
      );
    } finally {
      connection.destroy();
    }
  }
}

/** Nobody listens there. */
function isAway(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOENT", "ECONNREFUSED"].includes(String(error.code));
}

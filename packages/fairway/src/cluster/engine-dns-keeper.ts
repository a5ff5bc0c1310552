import { Engine } from "../docker/engine.ts";
import { messageOf } from "../errors.ts";
import { FileWatch } from "../host/file-watch.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { type EngineDnsFiles, followServers, machineFiles } from "./engine-dns.ts";

/** A folder that was not there at the start is not watched. */
const periodMs = 60_000;

export interface EngineDnsKeeperOptions {
  /** Of the engine's API. */
  readonly socket: string;
  readonly logger: Logger;
  /** The machine's but in tests. */
  readonly files?: EngineDnsFiles;
}

/** Keeps what `init` or `join` wrote into Docker's `dns` equal to this host's servers, and says which containers still have the old ones. */
export class EngineDnsKeeper implements AsyncDisposable {
  readonly #options: EngineDnsKeeperOptions;
  readonly #loop: Loop;
  readonly #watch: FileWatch;

  constructor(options: EngineDnsKeeperOptions) {
    const { logger, files = machineFiles } = options;
    this.#options = options;
    this.#loop = new Loop({
      name: "keep Docker's name servers right",
      work: () => this.#follow(),
      periodMs,
      logger,
    });
    this.#watch = new FileWatch([files.resolvConf, files.behindStub], this.#loop.soon, logger);
    this.#loop.soon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    await this.#loop[Symbol.asyncDispose]();
  }

  async #follow(): Promise<void> {
    const { files = machineFiles, logger } = this.#options;
    const changed = await followServers(files);
    if (changed === undefined) return;
    const containers = await this.#running();
    logger.warn(
      { file: files.daemon, ...changed, containers },
      "this host's name servers have changed, and Docker's dns setting with them: restart Docker, and then the containers that run now",
    );
  }

  /** The names of the containers that run; none where the engine does not say. */
  async #running(): Promise<readonly string[]> {
    await using engine = new Engine(this.#options.socket);
    try {
      const containers = await engine.containers(this.#loop.signal);
      return containers
        .filter(({ State }) => State === "running")
        .flatMap(({ Names }) => Names[0]?.replace(/^\//, "") ?? []);
    } catch (error) {
      this.#options.logger.debug({ error: messageOf(error) }, "the engine did not say which containers run");
      return [];
    }
  }
}

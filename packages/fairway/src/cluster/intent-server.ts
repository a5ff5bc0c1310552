import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FairwayError, messageOf } from "../errors.ts";
import { schemaFile } from "../intent/schema-file.ts";
import type { Logger } from "../logger.ts";
import { adoptSchema } from "./intent-schema.ts";
import { execute } from "./ovsdb-program.ts";

const retryMs = 1_000;

/** A server may be busy with a compaction of its file; one that is silent for so long holds its clients up anyway. */
const answerBoundMs = 5_000;

export interface IntentServerOptions {
  /** The database's file, e.g. /var/lib/fairway/intent.db. */
  readonly file: string;
  /** Where sockets and the process id stand, e.g. /run/fairway. */
  readonly runDirectory: string;
  readonly logger: Logger;
}

/**
 * The intent's own ovsdb-server(1): one that runs is used (it outlives a killed Fairway), else one is started. Its
 * socket and file are root's alone. Disposing stops it.
 */
export class IntentServer implements AsyncDisposable {
  readonly remote: string;
  readonly #options: IntentServerOptions;
  readonly #socket: string;
  readonly #control: string;
  readonly #end = new AbortController();
  #reviving: Promise<void> | undefined;

  private constructor(options: IntentServerOptions) {
    const { runDirectory } = options;
    this.#options = options;
    this.#socket = join(runDirectory, "intent.sock");
    this.#control = join(runDirectory, "intent.ctl");
    this.remote = `unix:${this.#socket}`;
  }

  /**
   * The database has this version's schema then. Throws `unavailable` where no server can be started, with what it said,
   * and `unsupported` where the database is that of a later version.
   */
  static async ensure(options: IntentServerOptions): Promise<IntentServer> {
    const server = new IntentServer(options);
    const isAdopted = await answers(server.#socket);
    if (!isAdopted) await server.#start();
    try {
      await adoptSchema({ ...options, remote: server.remote });
    } catch (error) {
      if (!isAdopted) await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Starts it again where it died. To be called when a connection to it was lost; tries until it answers or is disposed. */
  readonly revive = (): void => {
    this.#reviving ??= this.#revive().finally(() => {
      this.#reviving = undefined;
    });
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#reviving;
    if (await answers(this.#socket)) await execute("ovs-appctl", ["-t", this.#control, "exit"]);
  }

  async #revive(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      try {
        return await this.#start();
      } catch (error) {
        this.#options.logger.error({ error: messageOf(error) }, "trying again");
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #start(): Promise<void> {
    const { file, runDirectory, logger } = this.#options;
    const socket = this.#socket;
    if (await answers(socket)) return;
    await mkdir(runDirectory, { recursive: true, mode: 0o700 });
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    try {
      if (!existsSync(file)) await create(file);
      await rm(socket, { force: true });
      await execute("ovsdb-server", [
        `--remote=punix:${socket}`,
        `--unixctl=${this.#control}`,
        `--pidfile=${join(runDirectory, "intent.pid")}`,
        `--log-file=${join(runDirectory, "intent.log")}`,
        "--detach",
        "--no-chdir",
        "-vconsole:off",
        "-vsyslog:off",
        file,
      ]);
    } catch (cause) {
      throw new FairwayError(
        "unavailable",
        `the intent's database server did not start: ${messageOf(cause)}`,
        { cause },
      );
    }
    logger.info({ file, socket }, "started the intent's database server");
  }
}

/** A crash half way leaves no file that looks whole. */
async function create(file: string): Promise<void> {
  const unfinished = `${file}.new`;
  await rm(unfinished, { force: true });
  await execute("ovsdb-tool", ["create", unfinished, schemaFile]);
  await rename(unfinished, file);
}

/**
 * Whether a server answers an echo (RFC 7047 §4.1.11). That the socket takes a connection proves nothing: that of a
 * process that is being killed does so until the kernel has closed it.
 */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    const end = (answered: boolean) => {
      probe.destroy();
      resolve(answered);
    };
    probe.setTimeout(answerBoundMs, () => end(false));
    probe.once("connect", () => probe.write(JSON.stringify({ method: "echo", params: [], id: 0 })));
    probe.once("data", () => end(true));
    probe.once("error", () => end(false));
    probe.once("close", () => end(false));
  });
}

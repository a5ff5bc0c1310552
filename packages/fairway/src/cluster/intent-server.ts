import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { FairwayError, messageOf } from "../errors.ts";
import { schemaFile } from "../intent/schema-file.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { adoptSchema } from "./intent-schema.ts";
import { execute } from "./ovsdb-program.ts";

const backoff = { firstMs: 1_000, longestMs: 5_000 };

/** A server may be busy with a compaction of its file; one that is silent for so long holds its clients up anyway. */
const answerBoundMs = 5_000;
/** Whoever stops does not wait so long for it. */
const stopBoundMs = 1_500;

export interface IntentServerOptions {
  /** The database's file, e.g. /var/lib/fairway/intent.db. */
  readonly file: string;
  /** Where sockets and the process id stand, e.g. /run/fairway. */
  readonly runDirectory: string;
  readonly logger: Logger;
}

/**
 * The intent's own ovsdb-server(1): one that runs is used (it outlives a killed Fairway), else one is started. Its
 * socket and file are root's alone. Disposing stops it, unless it does not answer. While its process lives, its socket stays and no
 * second one is started: one that is frozen, or waits for its disk, goes on some time.
 */
export class IntentServer implements AsyncDisposable {
  readonly remote: string;
  readonly #options: IntentServerOptions;
  readonly #socket: string;
  readonly #control: string;
  readonly #reviving: Loop;

  private constructor(options: IntentServerOptions) {
    const { runDirectory } = options;
    this.#options = options;
    this.#socket = join(runDirectory, "intent.sock");
    this.#control = join(runDirectory, "intent.ctl");
    this.remote = `unix:${this.#socket}`;
    this.#reviving = new Loop({
      name: "start the intent's database server again",
      work: (signal) => this.#start(signal),
      backoff,
      logger: options.logger,
    });
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
  readonly revive = (): void => this.#reviving.soon();

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reviving[Symbol.asyncDispose]();
    if (!(await answers(this.#socket, stopBoundMs))) return;
    await execute("ovs-appctl", ["-t", this.#control, "exit"], { timeoutMs: stopBoundMs }).catch(
      (error: unknown) =>
        this.#options.logger.warn(
          { reason: messageOf(error) },
          "the intent's database server does not stop; it is used again at the next start",
        ),
    );
  }

  /** @param signal ends the wait for one that does not answer. */
  async #start(signal?: AbortSignal): Promise<void> {
    const { file, runDirectory, logger } = this.#options;
    const socket = this.#socket;
    if (await answers(socket, answerBoundMs, signal)) return;
    signal?.throwIfAborted();
    const pid = await this.#livingProcess();
    if (pid !== undefined) {
      const message = `the intent's database server, process ${pid}, lives and does not answer; it is waited for`;
      throw new FairwayError("unavailable", message);
    }
    await mkdir(runDirectory, { recursive: true, mode: 0o700 });
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    try {
      if (!existsSync(file)) await create(file);
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

  /** The process that has our socket, if it lives. */
  async #livingProcess(): Promise<number | undefined> {
    const read = (file: string) => readFile(file, "utf8").catch(() => "");
    const pid = Number.parseInt(await read(join(this.#options.runDirectory, "intent.pid")), 10);
    if (Number.isNaN(pid)) return undefined;
    const words = (await read(`/proc/${pid}/cmdline`)).split("\0");
    return words.includes(`--remote=punix:${this.#socket}`) ? pid : undefined;
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
function answers(socket: string, boundMs = answerBoundMs, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    const giveUp = () => end(false);
    const end = (answered: boolean) => {
      signal?.removeEventListener("abort", giveUp);
      probe.destroy();
      resolve(answered);
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    probe.setTimeout(boundMs, () => end(false));
    probe.once("connect", () => probe.write(JSON.stringify({ method: "echo", params: [], id: 0 })));
    probe.once("data", () => end(true));
    probe.once("error", () => end(false));
    probe.once("close", () => end(false));
  });
}

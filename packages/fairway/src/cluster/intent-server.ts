import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FairwayError, messageOf } from "../errors.ts";
import { livingProcess } from "../host/pid-file.ts";
import { command } from "../host/program.ts";
import { schemaFile } from "../intent/schema-file.ts";
import type { Logger } from "../logger.ts";
import { Backoff } from "../runtime/backoff.ts";
import type { Ending } from "../runtime/ending.ts";
import { Loop } from "../runtime/loop.ts";
import { adoptSchema } from "./intent-schema.ts";

const backoff = { firstMs: 1_000, longestMs: 5_000 };
/** While Fairway begins with it, and Docker waits. */
const beginBackoff = { firstMs: 100, longestMs: 2_000 };

/** A server may be busy with a compaction of its file; one that is silent for so long holds its clients up anyway. */
const answerBoundMs = 5_000;
/** Whoever stops does not wait so long for each of its two answers, */
const stopBoundMs = 1_500;
/** but so long, however little is left of a process's end. */
const leastStopMs = 500;
/** It reads the whole database before it has started. */
const startBoundMs = 60_000;
/** No attempt to begin with it starts later. */
const beginBoundMs = 10_000;

export interface IntentServerOptions {
  /** The database's file, e.g. /var/lib/fairway/intent.db. */
  readonly file: string;
  /** Where sockets and the process id stand, e.g. /run/fairway. */
  readonly runDirectory: string;
  readonly logger: Logger;
  /** Whoever ends does not wait for it any more, or only shortly. */
  readonly ending?: Ending | undefined;
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
    const pauses = new Backoff(beginBackoff);
    const signal = options.ending?.signal;
    const pause = () => sleep(pauses.failed(), undefined, signal && { signal });
    for (const end = performance.now() + beginBoundMs; ; await pause()) {
      try {
        return await IntentServer.#begin(options);
      } catch (error) {
        signal?.throwIfAborted();
        // It may have died in that moment.
        const isOver = !(error instanceof FairwayError && error.retryable) || performance.now() > end;
        if (isOver) throw error;
        options.logger.warn(
          { reason: messageOf(error) },
          "the intent's database server is not ready; it is tried again",
        );
      }
    }
  }

  static async #begin(options: IntentServerOptions): Promise<IntentServer> {
    const server = new IntentServer(options);
    const signal = options.ending?.signal;
    const isAdopted = await answers(server.#socket, answerBoundMs, signal);
    if (!isAdopted) await server.#start(signal);
    try {
      await adoptSchema({ ...options, remote: server.remote, signal });
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
    const boundMs = () => Math.max(leastStopMs, this.#options.ending?.leftMs() ?? stopBoundMs);
    if (!(await answers(this.#socket, boundMs()))) return;
    await command("ovs-appctl", ["-t", this.#control, "exit"], { boundMs: boundMs() }).catch(
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
    const pidFile = join(runDirectory, "intent.pid");
    const pid = await livingProcess(pidFile, (words) => words.includes(`--remote=punix:${socket}`));
    if (pid !== undefined) {
      const message = `the intent's database server, process ${pid}, lives and does not answer; it is waited for`;
      throw new FairwayError("unavailable", message);
    }
    await mkdir(runDirectory, { recursive: true, mode: 0o700 });
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    try {
      if (!existsSync(file)) await create(file);
      await command(
        "ovsdb-server",
        [
          `--remote=punix:${socket}`,
          `--unixctl=${this.#control}`,
          `--pidfile=${pidFile}`,
          `--log-file=${join(runDirectory, "intent.log")}`,
          "--detach",
          "--no-chdir",
          "-vconsole:off",
          "-vsyslog:off",
          file,
        ],
        { isPrivate: true, boundMs: startBoundMs, signal },
      );
    } catch (cause) {
      signal?.throwIfAborted();
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
  await command("ovsdb-tool", ["create", unfinished, schemaFile], { isPrivate: true });
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

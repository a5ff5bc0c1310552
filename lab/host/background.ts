import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { LabError } from "../errors.ts";
import { until } from "../until.ts";

/** A program that was started in a lab machine and goes on beside the test. It ends with its machine at the latest. */
export class BackgroundProcess implements AsyncDisposable {
  /** File on the outer machine that gets standard output and error. */
  readonly logPath: string;
  /** Exit code, or `null` after a signal. Never rejects. */
  readonly exited: Promise<number | null>;
  readonly #nsenter: ChildProcess;

  constructor(argv: readonly string[], env: NodeJS.ProcessEnv, logPath: string) {
    this.logPath = logPath;
    const log = openSync(logPath, "a");
    const [program = "", ...args] = argv;
    this.#nsenter = spawn(program, args, { env, stdio: ["ignore", log, log] });
    this.exited = once(this.#nsenter, "exit").then(
      ([code]: (number | null)[]) => code ?? null,
      () => null,
    );
  }

  get log(): string {
    return readFileSync(this.logPath, "utf8");
  }

  get hasExited(): boolean {
    return this.#nsenter.exitCode !== null || this.#nsenter.signalCode !== null;
  }

  /** Gives the program's process number on the outer machine. */
  async pid(): Promise<number> {
    const { pid: parent } = this.#nsenter;
    return until("a background process to start", () => {
      if (parent === undefined || this.hasExited) {
        throw new LabError("command-failed", `The background process has ended:\n${this.log}`);
      }
      return Number(readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim()) || undefined;
    });
  }

  /** Sends a signal to the program itself. */
  async kill(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (!this.hasExited) process.kill(await this.pid(), signal);
  }

  /** Ends the program (SIGKILL) and waits for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#nsenter.kill("SIGKILL");
    await this.exited;
  }

  /** Waits until the log matches, for programs that say when they are ready. */
  async printed(pattern: RegExp, { timeoutMs = 30_000 } = {}): Promise<RegExpExecArray> {
    return until(
      `${pattern} in ${this.logPath}`,
      () => {
        const match = pattern.exec(this.log);
        if (!match && this.hasExited) {
          throw new LabError("command-failed", `It ended without printing ${pattern}:\n${this.log}`);
        }
        return match ?? undefined;
      },
      { timeoutMs },
    );
  }
}

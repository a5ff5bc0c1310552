import { existsSync, readFileSync } from "node:fs";
import { until } from "../until.ts";
import type { Machine } from "./machine.ts";

export interface DaemonSpec {
  /** Shell script that starts it in the background. */
  start: string;
  /** Where it writes its process number, as seen inside the machine. */
  pidFile: string;
  /** Whether it answers, for a daemon whose start does not wait for that itself. */
  isReady?: (machine: Machine) => Promise<boolean>;
}

/** One long-running program of a host: start it, stop it, kill it. */
export class Daemon {
  readonly name: string;
  readonly #machine: Machine;
  readonly #spec: DaemonSpec;

  constructor(machine: Machine, name: string, spec: DaemonSpec) {
    this.name = name;
    this.#machine = machine;
    this.#spec = spec;
  }

  /** Process number inside the machine; `undefined` when it does not run. */
  get pid(): number | undefined {
    const path = `${this.#machine.rootPath}${this.#spec.pidFile}`;
    const pid = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
    return pid > 0 && existsSync(`${this.#machine.rootPath}/proc/${pid}`) ? pid : undefined;
  }

  get isRunning(): boolean {
    return this.pid !== undefined;
  }

  /** Starts it and waits until it answers; `wait: false` returns at once after the start. */
  async start({ timeoutMs = 60_000, wait = true } = {}): Promise<void> {
    if (!this.isRunning) await this.#machine.sh(this.#spec.start, { timeoutMs });
    const { isReady } = this.#spec;
    if (!wait) return;
    await until(
      `${this.name} on ${this.#machine.name} to be ready`,
      async () => this.isRunning && ((await isReady?.(this.#machine)) ?? true),
      { timeoutMs },
    );
  }

  /** Asks it to end (SIGTERM) and waits for that. */
  async stop({ timeoutMs = 60_000 } = {}): Promise<void> {
    await this.kill("SIGTERM", { timeoutMs });
  }

  /** Sends a signal. Waits for the end after those that end a daemon. */
  async kill(signal: NodeJS.Signals = "SIGKILL", { timeoutMs = 60_000 } = {}): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    await this.#machine.run(["kill", "-s", signal.replace("SIG", ""), String(pid)]);
    if (signal !== "SIGKILL" && signal !== "SIGTERM") return;
    await until(`${this.name} on ${this.#machine.name} to end`, () => this.pid !== pid, {
      timeoutMs,
      everyMs: 5,
    });
  }
}

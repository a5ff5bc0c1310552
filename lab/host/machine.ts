import { mkdirSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type CommandOptions, type CommandResult, runCommand } from "../command.ts";
import { LabError } from "../errors.ts";
import { endProcess, readLiveProcess } from "../identity.ts";
import { BackgroundProcess } from "./background.ts";
import { type BootOptions, boot } from "./boot.ts";
import { enter, environment } from "./enter.ts";

export interface MachineOptions extends BootOptions {
  /** Its address on the underlay, without prefix length; empty for the underlay itself. */
  address: string;
  /** Plugs the machine into the underlay after each boot. */
  connect?: (machine: Machine) => Promise<void>;
}

/**
 * A computer of the lab: processes, network, mounts, hostname and root directory of its own on this machine.
 * What it writes to its disk survives being switched off; everything else does not.
 *
 * Nothing about its state is remembered here: a process that did not boot it can use it just as well.
 */
export class Machine {
  readonly name: string;
  readonly address: string;
  readonly #options: MachineOptions;
  #spawned = 0;

  constructor(options: MachineOptions) {
    this.name = options.name;
    this.address = options.address;
    this.#options = options;
  }

  get isOn(): boolean {
    return readLiveProcess(this.#pidFile) !== undefined;
  }

  /**
   * The number that its PID 1 has on the outer machine.
   *
   * @throws LabError `machine-is-off`.
   */
  get pid(): number {
    const init = readLiveProcess(this.#pidFile);
    if (!init) throw new LabError("machine-is-off", `${this.name} is off.`);
    return init.pid;
  }

  /** Path of the machine's `/` on the outer machine: for its sockets, logs and files while it is on. */
  get rootPath(): string {
    return `/proc/${this.pid}/root`;
  }

  async powerOn(): Promise<void> {
    if (this.isOn) return;
    await boot(this.#options);
    await this.#options.connect?.(this);
  }

  /** Ends every process at once, as a power cut does. */
  async powerOff(): Promise<void> {
    const init = readLiveProcess(this.#pidFile);
    if (init) await endProcess(init);
  }

  /**
   * Runs a command inside and waits for its end.
   *
   * @throws LabError `command-failed` with the command and its output, `timeout`, `machine-is-off`.
   */
  async run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const env = { ...environment, ...options.env };
    return runCommand(enter(this.pid, argv), { title: `${this.name}: ${argv.join(" ")}`, ...options, env });
  }

  /** Runs a shell script inside (`sh -e`) and gives what it printed, trimmed. */
  async sh(script: string, options: CommandOptions = {}): Promise<string> {
    const { stdout } = await this.run(["sh", "-ec", script], options);
    return stdout.trim();
  }

  /** Starts a program inside that goes on; its output is in `log` of the result and in `collect`. */
  spawn(argv: readonly string[], { env }: Pick<CommandOptions, "env"> = {}): BackgroundProcess {
    const logs = join(this.#options.directory, "log");
    mkdirSync(logs, { recursive: true });
    const log = join(logs, `${++this.#spawned}-${basename(argv[0] ?? "")}.log`);
    return new BackgroundProcess(enter(this.pid, argv), { ...environment, ...env }, log);
  }

  /** Copies its logs to a directory, also when it is off: for a look at a failed test. */
  async collect(directory: string): Promise<void> {
    const target = join(directory, this.name);
    await mkdir(target, { recursive: true });
    for (const source of ["log", "upper/var/log"]) {
      await cp(join(this.#options.directory, source), target, { recursive: true }).catch(ignoreMissing);
    }
  }

  get #pidFile(): string {
    return join(this.#options.directory, "pid");
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

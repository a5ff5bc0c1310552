import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

interface ServerOptions {
  readonly extra?: readonly string[];
  /** Makes the command that starts the server out of the plain one. */
  readonly wrap?: (argv: readonly string[]) => readonly string[];
}

/**
 * A real ovsdb-server in a private directory. `OVSDB_BIN_DIR` says where its programs are (default: the search path and
 * /usr/sbin); `OVSDB_SERVER_PREFIX`, a JSON array or words, is a command that they are started through.
 */
export class TestServer implements AsyncDisposable {
  readonly directory: string;
  readonly socket: string;
  #process: ChildProcess | undefined;
  readonly #files: readonly string[];
  readonly #options: ServerOptions;

  private constructor(directory: string, files: readonly string[], options: ServerOptions) {
    this.directory = directory;
    this.socket = join(directory, "db.sock");
    this.#files = files;
    this.#options = options;
  }

  get remote(): string {
    return `unix:${this.socket}`;
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error("the server does not run");
    return pid;
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Makes databases of the schemas (parsed ones, or names of files) and serves them. */
  static async start(
    schemas: readonly (string | object)[],
    options: ServerOptions = {},
  ): Promise<TestServer> {
    const directory = makeDirectory();
    const files = schemas.map((schema, index) => {
      const file = join(directory, `${index}.db`);
      runTool("ovsdb-tool", ["create", file, writeSchema(directory, schema)]);
      return file;
    });
    return TestServer.serve(directory, files, options);
  }

  /** Serves files that exist. */
  static async serve(
    directory: string,
    files: readonly string[],
    options: ServerOptions = {},
  ): Promise<TestServer> {
    const server = new TestServer(directory, files, options);
    await server.launch();
    return server;
  }

  async launch(): Promise<void> {
    rmSync(this.socket, { force: true });
    const control = `--unixctl=${this.path("ctl")}`;
    const { extra = [], wrap = (argv) => argv } = this.#options;
    const quiet = ["-vconsole:off", "-vsyslog:off", `--log-file=${this.path("log")}`];
    const remote = `--remote=punix:${this.socket}`;
    const [command = "", ...args] = wrap([
      ...programArgv("ovsdb-server"),
      ...quiet,
      remote,
      control,
      ...extra,
      ...this.#files,
    ]);
    const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "inherit"] });
    this.#process = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    await until(() => existsSync(this.socket) || child.exitCode !== null);
    if (child.exitCode !== null) throw new Error(`ovsdb-server ended with ${child.exitCode}`);
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  async stop(name: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGCONT");
    child.kill(name);
    await exited;
  }

  async restart(name?: NodeJS.Signals): Promise<void> {
    await this.stop(name);
    await this.launch();
  }

  control(...command: string[]): string {
    return runTool("ovs-appctl", ["-t", this.path("ctl"), ...command]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Puts a schema where ovsdb-tool can read it. */
export function writeSchema(directory: string, schema: string | object): string {
  if (typeof schema === "string") return schema;
  const file = join(directory, "test.ovsschema");
  writeFileSync(file, JSON.stringify(schema));
  return file;
}

export function makeDirectory(): string {
  return mkdtempSync(join(tmpdir(), "ovsdb-test-"));
}

/** Runs a program of Open vSwitch to its end; gives what it printed. */
export function runTool(name: string, args: readonly string[]): string {
  const [command, ...prefix] = programArgv(name);
  if (command === undefined) throw new Error("no command");
  const { status, stdout, stderr, error } = spawnSync(command, [...prefix, ...args], {
    env,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${name} ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Waits for a condition, looking often; fails after the bound. */
export async function until(condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not so within ${timeoutMs} ms: ${condition.toString()}`);
    await sleep(5);
  }
}

const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

function programArgv(name: string): readonly string[] {
  const prefix = (process.env["OVSDB_SERVER_PREFIX"] ?? "").trim();
  const words: unknown = prefix.startsWith("[")
    ? JSON.parse(prefix)
    : prefix.split(/\s+/).filter((word) => word !== "");
  const directory = process.env["OVSDB_BIN_DIR"];
  const program = directory === undefined ? name : join(directory, name);
  return [...(words as string[]), program];
}

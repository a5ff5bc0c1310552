import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { until } from "../../../lab/until.ts";
import { Authority } from "./api/certificates.ts";

const program = fileURLToPath(new URL("../bin/fairway.ts", import.meta.url));

/** `fairway run` as a process in a directory and a network of its own, without Docker, Open vSwitch and OVN. */
export class RunningFairway implements AsyncDisposable {
  readonly #directory: string;
  readonly #process: ChildProcess;
  readonly #plugin: Agent;
  readonly #stack: AsyncDisposableStack;
  log = "";

  private constructor(directory: string, process: ChildProcess, stack: AsyncDisposableStack) {
    this.#directory = directory;
    this.#process = process;
    process.stderr?.on("data", (text: Buffer) => (this.log += text.toString()));
    this.#plugin = new Agent({ connect: { socketPath: this.at("plugin.sock") } });
    this.#stack = stack;
  }

  /** Resolves when the driver answers. A host that is no center does not reach its own. The database server of a center does not start before `letDatabaseStart`. */
  static async start({ isCenter }: { readonly isCenter: boolean }): Promise<RunningFairway> {
    await using stack = new AsyncDisposableStack();
    const directory = stack.use(await mkdtempDisposable(join(tmpdir(), "fairway-run-"))).path;
    const at = (name: string) => join(directory, name);
    await writeFile(
      at("ovsdb-server"),
      `#!/bin/sh\nuntil [ -e ${at("go")} ]; do sleep 0.01; done\nexec /usr/sbin/ovsdb-server "$@"\n`,
    );
    await chmod(at("ovsdb-server"), 0o755);
    const databases = {
      database: at("intent.db"),
      northbound: `unix:${at("nb")}`,
      southbound: `unix:${at("sb")}`,
    };
    const authority = stack.use(await Authority.create());
    const host = await authority.issue("host", "/CN=host");
    const config = {
      host: { name: "host", state: at("state.json") },
      center: { enabled: isCenter, ...databases },
      api: isCenter ? { socket: at("api.sock") } : { target: "https://192.0.2.1:6640", ...host },
      docker: { socket: at("docker.sock"), plugin: at("plugin.sock") },
      openvswitch: { socket: at("db.sock") },
    };
    await writeFile(at("fairway.yaml"), JSON.stringify(config));
    const child = spawn("unshare", ["-n", process.execPath, program, "run", "-c", at("fairway.yaml")], {
      env: { ...process.env, PATH: `${directory}:${process.env["PATH"] ?? ""}` },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const fairway = new RunningFairway(directory, child, stack.move());
    await until("the driver", async () => {
      assert.equal(child.exitCode, null, fairway.log);
      return (await fairway.call("Plugin.Activate", {}).catch(() => undefined)) !== undefined;
    });
    return fairway;
  }

  get pid(): number {
    return this.#process.pid ?? assert.fail("it does not run");
  }

  /** A path in its directory. */
  at(name: string): string {
    return join(this.#directory, name);
  }

  async letDatabaseStart(): Promise<void> {
    await writeFile(this.at("go"), "");
  }

  /** Of the center's database server. */
  async databasePid(): Promise<number> {
    return Number(await readFile(this.at("intent.pid"), "utf8"));
  }

  /** Sends a call as Docker does. */
  async call(method: string, body: object): Promise<Record<string, unknown>> {
    const url = `http://plugin/${method}`;
    const answer = await request(url, {
      method: "POST",
      dispatcher: this.#plugin,
      body: JSON.stringify(body),
    });
    return (await answer.body.json()) as Record<string, unknown>;
  }

  /** Ends it as `systemctl stop` does. @returns how long that took, ms. */
  async stop(): Promise<number> {
    const begun = performance.now();
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const [code] = await ended;
    assert.equal(code, 0, this.log);
    return performance.now() - begun;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#plugin.destroy();
    await this.letDatabaseStart();
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGKILL");
      await ended;
    }
    const pid = await this.databasePid().catch(() => undefined);
    if (pid !== undefined) process.kill(pid, "SIGKILL");
    await this.#stack.disposeAsync();
  }
}

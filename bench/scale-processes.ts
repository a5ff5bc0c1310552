import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTool, TestServer } from "../packages/ovsdb/test/server.ts";
import type { CenterMessage, CenterQuestion } from "./scale-center.ts";

const schemas = "/usr/share/ovn";

/** OVN's center without hosts: Northbound, Southbound and northd, each a process of its own as on a real one. */
export class Engine implements AsyncDisposable {
  readonly northbound: TestServer;
  readonly southbound: TestServer;
  readonly northd: ChildProcess;

  private constructor(northbound: TestServer, southbound: TestServer, northd: ChildProcess) {
    this.northbound = northbound;
    this.southbound = southbound;
    this.northd = northd;
  }

  static async start(): Promise<Engine> {
    const northbound = await TestServer.start([join(schemas, "ovn-nb.ovsschema")]);
    const southbound = await TestServer.start([join(schemas, "ovn-sb.ovsschema")]);
    const databases = [`--ovnnb-db=${northbound.remote}`, `--ovnsb-db=${southbound.remote}`];
    const control = `--unixctl=${northbound.path("northd.ctl")}`;
    const northd = spawn("ovn-northd", [...databases, control, "-vconsole:off", "-vsyslog:off"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    process.once("exit", () => northd.kill("SIGKILL"));
    return new Engine(northbound, southbound, northd);
  }

  /** While much is made, northd would compute everything again and again; in a cluster that grows slowly it does not. */
  async withoutNorthd<T>(work: () => Promise<T>): Promise<T> {
    this.northd.kill("SIGSTOP");
    try {
      return await work();
    } finally {
      this.northd.kill("SIGCONT");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.northd.kill("SIGKILL");
    await this.northbound[Symbol.asyncDispose]();
    await this.southbound[Symbol.asyncDispose]();
  }
}

export interface Delay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The center in a process of its own, which may end and start again. */
export class CenterProcess implements AsyncDisposable {
  readonly directory: string;
  readonly port: number;
  readonly #file: string;
  readonly #warnings: string[] = [];
  #child: ChildProcess | undefined;
  #compiled = Promise.withResolvers<number>();

  /** @param directory has `ca.pem`, `cert.pem` and `key.pem`. */
  constructor(directory: string, port: number, engine: Engine) {
    this.directory = directory;
    this.port = port;
    this.#file = join(directory, "fairway.yaml");
    const files = {
      ca: join(directory, "ca.pem"),
      cert: join(directory, "cert.pem"),
      key: join(directory, "key.pem"),
    };
    const config = {
      host: { name: "center" },
      center: {
        database: join(directory, "intent.db"),
        northbound: engine.northbound.remote,
        southbound: engine.southbound.remote,
        listen: [{ address: "127.0.0.1", port, ...files }],
      },
      api: { socket: join(directory, "api.sock") },
    };
    writeFileSync(this.#file, JSON.stringify(config));
    process.once("exit", () => this.#kill());
  }

  get target(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Where root calls. */
  get rootTarget(): string {
    return `unix:${join(this.directory, "api.sock")}`;
  }

  get intentRemote(): string {
    return `unix:${join(this.directory, "intent.sock")}`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get intentPid(): number {
    return Number(readFileSync(join(this.directory, "intent.pid"), "utf8"));
  }

  /** What the center warned of since the last time that this was asked. */
  takeWarnings(): string[] {
    return this.#warnings.splice(0);
  }

  /** Starts it; tells after how many ms it served. */
  async start(): Promise<number> {
    this.#compiled = Promise.withResolvers<number>();
    const begun = performance.now();
    const child = fork(new URL("scale-center.ts", import.meta.url), [this.#file], {
      execArgv: ["--expose-gc"],
    });
    this.#child = child;
    const serving = Promise.withResolvers<number>();
    child.on("message", (message: CenterMessage) => {
      if (message.kind === "serving") serving.resolve(performance.now() - begun);
      if (message.kind !== "log") return;
      if (message.level !== "info")
        this.#warnings.push(`${message.message} ${JSON.stringify(message.fields)}`);
      if (message.message === "compiled everything" && "durationMs" in message.fields)
        this.#compiled.resolve(Number(message.fields.durationMs));
    });
    child.once("exit", () => serving.reject(new Error("the center's process ended")));
    return serving.promise;
  }

  /** Resolves when everything was compiled since the start or since `expectCompile`; gives how long that took, ms. */
  compiled(): Promise<number> {
    return this.#compiled.promise;
  }

  expectCompile(): void {
    this.#compiled = Promise.withResolvers<number>();
  }

  /** Of the event loop since the last call. */
  async delay(): Promise<Delay> {
    return this.#answer("delay", { ask: "delay" });
  }

  /** What JavaScript's objects take right after a garbage collection, MiB. @param snapshot a file that a snapshot is written to. */
  async heapMiB(snapshot?: string): Promise<number> {
    return (await this.#answer("heap", { ask: "heap", snapshot })).usedMiB;
  }

  async #answer<K extends CenterMessage["kind"]>(
    kind: K,
    question: CenterQuestion,
  ): Promise<Extract<CenterMessage, { kind: K }>> {
    const child = this.#child;
    if (child === undefined) throw new Error("the center does not run");
    const { promise, resolve } = Promise.withResolvers<Extract<CenterMessage, { kind: K }>>();
    const listen = (message: CenterMessage) => {
      if (message.kind !== kind) return;
      child.off("message", listen);
      resolve(message as Extract<CenterMessage, { kind: K }>);
    };
    child.on("message", listen);
    child.send(question);
    return promise;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true });
  }

  /** What is left of a run that failed. */
  #kill(): void {
    this.#child?.kill("SIGKILL");
    if (existsSync(join(this.directory, "intent.pid"))) process.kill(this.intentPid, "SIGKILL");
  }
}

/** CPU time that all threads of a process have had, ms. */
export function cpuMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ", 1)[0]))
    .reduce((sum, nanoseconds) => sum + nanoseconds / 1e6, 0);
}

/** For how long a process's first thread has been ready and waited for a core, ms: others wanted it. */
export function waitedMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[1]) / 1e6;
}

/** What a process holds of the machine's memory, MiB. */
export function residentMiB(pid: number): number {
  const [, kib = "0"] = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1024;
}

/** An authority, and certificates for the center and for each host, below `directory`. */
export function makeCertificates(directory: string, hosts: readonly string[]): void {
  const file = (name: string) => join(directory, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const authority = ["-x509", ...key, "-days", "2", "-subj", "/CN=bench"];
  runTool("openssl", ["req", ...authority, "-keyout", file("ca.key"), "-out", file("ca.pem")]);
  writeFileSync(file("extensions"), "subjectAltName=IP:127.0.0.1\n");
  const signer = ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "2"];
  const make = (name: string, prefix: string) => {
    const request = [...key, "-subj", `/CN=${name}`, "-keyout", file(`${prefix}key.pem`)];
    runTool("openssl", ["req", ...request, "-out", file("request.pem")]);
    const signed = ["-extfile", file("extensions"), "-out", file(`${prefix}cert.pem`)];
    runTool("openssl", ["x509", "-req", "-in", file("request.pem"), ...signer, ...signed]);
  };
  make("center", "");
  for (const host of hosts) make(host, `${host}-`);
}

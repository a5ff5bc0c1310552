import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OvsdbClient } from "@fairway/ovsdb";
import { withProgress } from "../lab/progress.ts";
import { until } from "../lab/until.ts";
import { ApiClient } from "../packages/fairway/src/api/client.ts";
import { fingerprintOf } from "../packages/fairway/src/public-key.ts";
import { makeDirectory } from "../packages/ovsdb/test/server.ts";
import { Cluster, SimulatedHost } from "./scale-cluster.ts";
import { CenterProcess, cpuMs, Engine, makeCertificates } from "./scale-processes.ts";
import { ColumnWatch } from "./scale-watch.ts";

const port = 16_640;
/** What a process that waits may need of the CPU in half a second, ms. */
const idleMs = 50;

export const processes = ["center", "intent", "northbound", "northd", "southbound"] as const;
export type PerProcess = Readonly<Record<(typeof processes)[number], number>>;

/** Everything that is measured: the center, OVN's databases and northd, and hosts that follow their state. */
export class Site implements AsyncDisposable {
  readonly engine: Engine;
  readonly center: CenterProcess;
  readonly hosts: readonly SimulatedHost[];
  readonly cluster: Cluster;
  /** Names of Northbound's Logical_Switch_Ports and Southbound's Port_Bindings. */
  readonly northbound: ColumnWatch;
  readonly southbound: ColumnWatch;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    engine: Engine,
    center: CenterProcess,
    hosts: readonly SimulatedHost[],
    watches: { readonly northbound: ColumnWatch; readonly southbound: ColumnWatch },
    stack: AsyncDisposableStack,
  ) {
    this.engine = engine;
    this.center = center;
    this.hosts = hosts;
    this.cluster = new Cluster(hosts);
    this.northbound = watches.northbound;
    this.southbound = watches.southbound;
    this.#stack = stack;
  }

  static async start(hostCount: number): Promise<Site> {
    await using stack = new AsyncDisposableStack();
    const directory = makeDirectory();
    const engine = stack.use(await Engine.start());
    const names = Array.from({ length: hostCount }, (_, at) => `host-${at + 1}`);
    await withProgress(`Making ${hostCount} certificates`, async () => makeCertificates(directory, names));
    const center = stack.use(new CenterProcess(directory, port, engine));
    await center.start();
    await center.compiled();
    const [north, south] = [engine.northbound.remote, engine.southbound.remote];
    const watches = {
      northbound: stack.use(await ColumnWatch.open(north, "OVN_Northbound", "Logical_Switch_Port", "name")),
      southbound: stack.use(await ColumnWatch.open(south, "OVN_Southbound", "Port_Binding", "logical_port")),
    };
    const hosts = names.map((name) => stack.use(new SimulatedHost(name, center.target, directory)));
    await withProgress("Admitting the hosts", () => admit(center, names));
    for (const host of hosts) await host.register();
    // They all come from one address, which may have so many handshakes at once: heartbeats are not to be in step.
    for (const host of hosts) {
      host.follow();
      await sleep(5_000 / hosts.length);
    }
    return new Site(engine, center, hosts, watches, stack.move());
  }

  /** The databases' files that Fairway writes. */
  get files(): readonly string[] {
    return [join(this.center.directory, "intent.db"), this.engine.northbound.path("0.db")];
  }

  ofEach(measure: (pid: number) => number): PerProcess {
    const { center, engine } = this;
    return {
      center: measure(center.pid),
      intent: measure(center.intentPid),
      northbound: measure(engine.northbound.pid),
      northd: measure(engine.northd.pid ?? 0),
      southbound: measure(engine.southbound.pid),
    };
  }

  /** Everything that was asked for has arrived in Southbound, and nobody works any more. @param timeoutMs for each of the two. */
  async settled(timeoutMs = 240_000): Promise<void> {
    const bound = { timeoutMs };
    await until("Southbound to have all ports", () => this.southbound.size >= this.northbound.size, bound);
    const areIdle = async () => {
      const before = this.ofEach(cpuMs);
      await sleep(500);
      const after = this.ofEach(cpuMs);
      return processes.every((name) => after[name] - before[name] < idleMs);
    };
    await until("all processes to be idle", areIdle, bound);
  }

  async areFresh(hosts: readonly SimulatedHost[] = this.hosts): Promise<void> {
    await until("all hosts to be fresh", () => hosts.every(({ isFresh }) => isFresh), { everyMs: 2 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** What joining comes to: the hosts are known by the keys of their certificates. */
async function admit(center: CenterProcess, names: readonly string[]): Promise<void> {
  await using api = new ApiClient({ target: center.rootTarget, tls: undefined });
  await using intent = new OvsdbClient({ remotes: [center.intentRemote] });
  for (const name of names) {
    await api.registerHost({ host: name }, { systemId: `system-${name}` });
    const certificate = new X509Certificate(readFileSync(join(center.directory, `${name}-cert.pem`)));
    const row = { admitted_key: fingerprintOf(certificate.publicKey) };
    await intent.transact("Fairway", [{ op: "update", table: "Host", where: [["name", "==", name]], row }]);
  }
}

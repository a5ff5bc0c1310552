import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { startFairway } from "../lab/fairway.ts";
import type { Host } from "../lab/host/host.ts";
import { Lab } from "../lab/lab.ts";
import { withProgress } from "../lab/progress.ts";
import type { Variant } from "../lab/trees/tree.ts";
import { until } from "../lab/until.ts";

/** Of the event loop, ms. */
export interface Delay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Memory {
  /** MiB; all, what is of its own, and what is of files, as the program itself, that others may share. */
  readonly resident: number;
  readonly own: number;
  readonly files: number;
}

const delayFile = "/run/fairway/event-loop-delay.json";
const fairwayPid = "/run/fairway.pid";

/** Docker's bridge networks beside which Fairway's are measured. */
export const bridgeNetwork = "user-bridge";
export const nullNetwork = "null-plugin";
export const vethNetwork = "veth-plugin";
export const fairwayNetwork = "blue";

/** A host with Docker and Fairway, whose log tells the stages of each start, and null plugins to see what Docker itself spends. */
export class BenchHost implements AsyncDisposable {
  readonly lab: Lab;
  readonly host: Host;

  private constructor(lab: Lab) {
    this.lab = lab;
    this.host = lab.host("h1");
  }

  static async start(variant: Variant): Promise<BenchHost> {
    const lab = await withProgress("Starting a host", () => Lab.start({ hosts: 1, variant, outside: true }));
    const bench = new BenchHost(lab);
    await withProgress("Starting Fairway", async () => {
      await startFairway(lab, { log: { level: "debug", format: "json" } });
      await bench.#watchEventLoop();
      await bench.#startNullPlugins();
      await bench.#createNetworks();
    });
    return bench;
  }

  /** What the event loop's delay was since the last time. */
  async eventLoopDelay(): Promise<Delay> {
    const path = join(this.host.rootPath, delayFile);
    rmSync(path, { force: true });
    await this.host.sh(`kill -USR2 $(cat ${fairwayPid})`);
    return until("the event loop's delay", () => {
      try {
        return JSON.parse(readFileSync(path, "utf8")) as Delay;
      } catch {
        return undefined;
      }
    });
  }

  async memory(): Promise<Memory> {
    const status = await this.host.sh(`cat /proc/$(cat ${fairwayPid})/status`);
    const mebibytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
    return { resident: mebibytes("VmRSS"), own: mebibytes("RssAnon"), files: mebibytes("RssFile") };
  }

  async restartFairway(): Promise<void> {
    await this.host.daemon("fairway").stop();
    await this.host.daemon("fairway").start();
    await this.host.sh(
      "for _ in $(seq 200); do fairway version >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1",
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
  }

  async #watchEventLoop(): Promise<void> {
    const watch = resolve(import.meta.dirname, "event-loop-delay.ts");
    await this.host.sh(`sed -i 's#^exec [^ ]*#& --import=${watch}#' /usr/local/bin/fairway`);
    await this.restartFairway();
  }

  async #startNullPlugins(): Promise<void> {
    const program = resolve(import.meta.dirname, "null-plugin.ts");
    for (const [name, ...more] of [[nullNetwork], [vethNetwork, "veth"]] as const) {
      this.host.spawn([process.execPath, program, name, ...more]);
      const socket = `/run/docker/plugins/${name}.sock`;
      await until(socket, () => existsSync(join(this.host.rootPath, socket)));
    }
  }

  async #createNetworks(): Promise<void> {
    await this.host.docker("network", "create", "--driver", "bridge", bridgeNetwork);
    for (const [driver, name] of [
      [nullNetwork, nullNetwork],
      [vethNetwork, vethNetwork],
      ["fairway", fairwayNetwork],
    ] as const)
      await this.host.docker("network", "create", "--driver", driver, "--ipam-driver", driver, name);
  }
}

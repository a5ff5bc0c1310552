import { startFairway } from "../../lab/fairway.ts";
import { makeForeign } from "../../lab/foreign.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { nameServer } from "../e2e/ask.ts";
import { createNetwork, hasNetwork, startContainer } from "../e2e/docker-network.ts";
import { becomes, tracesOf } from "../e2e/traces.ts";
import { ForeignThings } from "./foreign-things.ts";
import { LogReader } from "./log-reader.ts";
import { Roster } from "./processes.ts";

/** The containers that no operation touches, one on the center, one on another host, with traffic between them. */
const protectedNetwork = "keep";
export const protectedContainers = { h1: "keep1", h3: "keep3" } as const;

/** Where the center keeps its database: a disk of its own, which may be full. */
export const centerDisk = "/var/lib/fairway";

/** Engines whose containers go on when dockerd is killed. */
const liveRestore: readonly string[] = ["h1", "h3"];

/** What is under test: three hosts of three kinds with TLS between them, on which somebody else has things, too. */
export class Cluster implements AsyncDisposable {
  readonly lab: Lab;
  readonly center: Host;
  readonly roster = new Roster();
  readonly logs = new LogReader();
  readonly foreign: ForeignThings;

  /** What Fairway had on each host before anybody wished for anything. */
  #clean: readonly string[] = [];

  private constructor(lab: Lab) {
    this.lab = lab;
    this.center = lab.host("h1");
    this.foreign = new ForeignThings(this.center);
  }

  static async start(): Promise<Cluster> {
    await using stack = new AsyncDisposableStack();
    const lab = stack.use(
      await Lab.start({
        hosts: [
          { name: "h1", variant: "debian12", center: true, disk: { path: centerDisk, mebibytes: 48 } },
          { name: "h2", variant: "debian13" },
          { name: "h3", variant: "docker28" },
        ],
        outside: true,
      }),
    );
    const cluster = new Cluster(lab);
    for (const name of liveRestore) await setLiveRestore(lab.host(name));
    await startFairway(lab, { addresses: { reservation: 30 } });
    cluster.#clean = await Promise.all(lab.hosts.map(tracesOf));
    await makeForeign(cluster.center);
    await createNetwork(cluster.center, protectedNetwork, "--subnet", "10.60.0.0/24");
    for (const [name, container] of Object.entries(protectedContainers)) {
      await hasNetwork(lab.host(name), protectedNetwork);
      await startContainer(
        lab.host(name),
        container,
        protectedNetwork,
        "--restart",
        "always",
        "--stop-timeout",
        "1",
        "--dns",
        nameServer,
      );
    }
    for (const host of lab.hosts) cluster.roster.note(host);
    stack.move();
    return cluster;
  }

  get hosts(): readonly Host[] {
    return this.lab.hosts;
  }

  host(name: string): Host {
    return this.lab.host(name);
  }

  hasLiveRestore(host: string): boolean {
    return liveRestore.includes(host);
  }

  /** Removes every container and network, and waits until nothing of them is left. Throws what is. */
  async leaveNothing(): Promise<void> {
    for (const host of this.hosts)
      await host.sh(
        `docker ps --all --quiet --filter name='^(w[0-9]+|keep[0-9])$' | xargs --no-run-if-empty docker rm --force`,
        {
          timeoutMs: 180_000,
        },
      );
    // What is somebody else's shows in the traces, and a power cut has perhaps taken it.
    await this.center.sh(`
      docker rm --force other-container
      ip rule delete pref 7000 2>/dev/null || true`);
    const networks: readonly { name: string }[] = JSON.parse(
      await this.center.sh("fairway network ls -o json"),
    );
    for (const { name } of networks)
      await this.center.run(["fairway", "network", "rm", name], { check: false });
    for (const [at, host] of this.hosts.entries()) await becomes(host, this.#clean[at] ?? "");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.lab[Symbol.asyncDispose]();
  }
}

async function setLiveRestore(host: Host): Promise<void> {
  await host.sh(`mkdir -p /etc/docker; echo '{"live-restore": true}' >/etc/docker/daemon.json`);
  await host.daemon("dockerd").stop();
  await host.daemon("dockerd").start();
}

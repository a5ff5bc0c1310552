import { join } from "node:path";
import {
  configure,
  type FairwaySettings,
  initCenter,
  joinCenter,
  leavePlainSouthbound,
} from "../../../lab/fairway.ts";
import type { Host } from "../../../lab/host/host.ts";
import { busyboxImage } from "../../../lab/host/host.ts";
import { checkout, Lab } from "../../../lab/lab.ts";
import type { Variant } from "../../../lab/trees/tree.ts";
import { until } from "../../../lab/until.ts";
import { Wire } from "../wire.ts";
import { Typist } from "./typist.ts";

export interface StageOptions {
  /** Of all hosts but h3, which has Docker 28. Default: `debian13`. */
  readonly variant?: Variant;
  /** Whether h1 is the center, and h2 and h3 have joined it. Default: yes. */
  readonly isCluster?: boolean;
  /** Interfaces without an address that every host has on a second wire. */
  readonly nics?: readonly string[];
  readonly settings?: FairwaySettings;
}

/**
 * What the pages speak of: h1, the center, and the hosts h2 and h3, with Docker 26 and on h3 Docker 28; a machine h4 that is in no cluster; a name server
 * outside, which hosts and containers use; the image `busybox`.
 */
export class Stage implements AsyncDisposable {
  readonly lab: Lab;
  readonly typist: Typist;

  private constructor(lab: Lab) {
    this.lab = lab;
    this.typist = new Typist(lab);
  }

  static async set({
    variant = "debian13",
    isCluster = true,
    nics = [],
    settings = {},
  }: StageOptions = {}): Promise<Stage> {
    await using stack = new AsyncDisposableStack();
    const lab = stack.use(
      await Lab.start({
        variant,
        hosts: [
          { name: "h1", center: true },
          { name: "h2" },
          { name: "h3", variant: "docker28" },
          { name: "h4" },
        ],
        outside: true,
      }),
    );
    const wire = await Wire.lay(lab);
    const stage = new Stage(lab);
    for (const host of stage.hosts) for (const nic of nics) await wire.plug(host, nic);
    await serveNames(lab);
    for (const host of lab.hosts) await configure(host, settings);
    if (isCluster) await stage.#makeCluster();
    for (const host of lab.hosts.filter(({ name }) => name === "h4" || (name !== "h1" && !isCluster)))
      await leavePlainSouthbound(host);
    for (const host of lab.hosts) await prepare(host);
    stack.move();
    return stage;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.lab[Symbol.asyncDispose]();
  }

  /** Those of the cluster. */
  get hosts(): readonly [Host, Host, Host] {
    return [this.lab.host("h1"), this.lab.host("h2"), this.lab.host("h3")];
  }

  /** The addresses of RFC 5737 that pages give to hosts, and what the hosts have here. */
  get addresses(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.hosts.map(({ address }, at) => [`192.0.2.${at + 1}`, address]));
  }

  /** As `startFairway`, without h4. */
  async #makeCluster(): Promise<void> {
    const [h1, ...others] = this.hosts;
    await initCenter(h1);
    await Promise.all(others.map((host) => joinCenter(host, h1)));
    await h1.sh("fairway status --wait=50s");
  }

  /** Removes what a page has made. */
  async clear(): Promise<void> {
    const [h1] = this.hosts;
    for (const host of this.hosts) await host.sh("docker ps --all --quiet | xargs -r docker rm --force");
    const remove = (noun: string, flags = "") =>
      h1.sh(`fairway ${noun} ls ${flags} -o name | xargs -rd '\\n' -n1 fairway ${noun} rm || true`);
    await remove("port", "--logical");
    await remove("principal");
    const left = "docker network ls --quiet --filter driver=fairway";
    await until(
      "no network to be left",
      async () => {
        await remove("network");
        const found = await Promise.all(this.hosts.map((host) => host.sh(left)));
        return found.join("") + (await h1.sh("fairway network ls -o name")) === "";
      },
      { timeoutMs: 60_000, everyMs: 300 },
    );
    for (const noun of ["zone", "router", "organization"]) await remove(noun);
    for (const host of this.hosts) await host.sh("docker network prune --force >/dev/null");
    await this.#removePhysicalNetworks(h1);
  }

  async #removePhysicalNetworks(center: Host): Promise<void> {
    const networks: readonly {
      readonly name: string;
      readonly ports: readonly { readonly interface: string; readonly host: string | null }[];
    }[] = JSON.parse(await center.sh("fairway physical-network ls -o json"));
    for (const { name, ports } of networks) {
      for (const { interface: nic, host } of ports)
        await center.sh(`fairway physical-port rm ${name} ${nic} ${host === null ? "" : `--host ${host}`}`);
      await center.sh(`fairway physical-network rm ${name}`);
    }
  }
}

/** What a machine has that a page takes for granted. */
async function prepare(host: Host): Promise<void> {
  await host.docker("tag", busyboxImage, "busybox");
  // A person at a terminal sees no progress of curl's.
  await host.sh("mkdir -p /root; printf 'silent\\nshow-error\\n' >/root/.curlrc");
}

async function serveNames({ outside, hosts }: Lab): Promise<void> {
  const program = join(checkout, "packages/fairway/test/agent/names/own-address-server.ts");
  const server = outside.spawn([process.execPath, program, outside.address]);
  await until("the usual name server", () => server.log.includes("serving"));
  for (const host of hosts) await host.sh(`echo nameserver ${outside.address} >/etc/resolv.conf`);
  const h3 = hosts.find(({ name }) => name === "h3");
  if (h3 === undefined) return;
  await h3.sh(`mkdir -p /etc/docker; echo '{"dns":["${outside.address}"]}' >/etc/docker/daemon.json`);
  await h3.daemon("dockerd").stop();
  await h3.daemon("dockerd").start();
}

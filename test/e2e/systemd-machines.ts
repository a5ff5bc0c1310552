import assert from "node:assert/strict";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../../lab/host/host.ts";
import type { SystemdHost } from "../../lab/host/systemd-host.ts";
import { Lab } from "../../lab/lab.ts";
import type { Variant } from "../../lab/trees/tree.ts";
import { until } from "../../lab/until.ts";
import { makeDebianPackage } from "../../scripts/debian-package.ts";

/** Two packages of the same sources. */
export const versions = { older: "0.0.1-1.older", newer: "0.0.1-2.newer" } as const;

export interface SystemdOptions {
  readonly variant: Variant;
  /** How many; the first one is the center. */
  readonly hosts: number;
  /** Whether a newer package is made as well. Default: no. */
  readonly newer?: boolean;
}

/** Machines that boot systemd, with Debian's Docker and OVN, and packages of Fairway to install on them. */
export class SystemdMachines implements AsyncDisposable {
  readonly lab: Lab;
  readonly hosts: readonly SystemdHost[];
  readonly older: string;
  /** The path of the newer package; empty where none was asked for. */
  readonly newer: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(lab: Lab, packages: readonly [string, string], stack: AsyncDisposableStack) {
    this.lab = lab;
    this.hosts = lab.hosts.map(({ name }) => lab.systemdHost(name));
    [this.older, this.newer] = packages;
    this.#stack = stack;
  }

  static async start({ variant, hosts, newer = false }: SystemdOptions): Promise<SystemdMachines> {
    await using stack = new AsyncDisposableStack();
    const directory = stack.use(await mkdtempDisposable(join(tmpdir(), "fairway-packages-"))).path;
    const architecture = process.arch === "arm64" ? "arm64" : "amd64";
    const make = (version: string) => makeDebianPackage({ architecture, version, directory });
    const older = await make(versions.older);
    const packages = [older, newer ? await make(versions.newer) : ""] as const;
    const lab = stack.use(await Lab.start({ hosts, variant, machines: "systemd", outside: true }));
    return new SystemdMachines(lab, packages, stack.move());
  }

  /** The first two of them: the center and a host. */
  get pair(): readonly [SystemdHost, SystemdHost] {
    const [first, second] = this.hosts;
    assert.ok(first && second);
    return [first, second];
  }

  /** Installs the older package everywhere and makes the cluster, as a person does it by what the program prints. */
  async makeCluster(): Promise<void> {
    for (const host of this.hosts) await host.install(this.older);
    const [center, ...others] = this.hosts;
    assert.ok(center);
    let printed = await center.sh("fairway init");
    for (const host of others) {
      await host.sh(joinLine(printed));
      printed = await center.sh("fairway token create");
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack[Symbol.asyncDispose]();
  }
}

/** The line for a further machine that `fairway init` and `fairway token create` print. */
function joinLine(printed: string): string {
  const line = /^ *(fairway join .*)$/m.exec(printed)?.[1];
  assert.ok(line !== undefined, printed);
  return line;
}

/** Waits until a container reaches another one by its address or name: the first packet between two hosts waits for the tunnel's neighbour in vain. */
export function reaches(host: Host, from: string, to: string): Promise<true> {
  return until(`${from} to reach ${to}`, async () => {
    const { code } = await host.run(["docker", "exec", from, "ping", "-c", "1", "-W", "1", to], {
      check: false,
    });
    return code === 0;
  });
}

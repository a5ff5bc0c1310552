import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";

/** A network as `docker network inspect` prints it. */
export interface InspectedNetwork {
  readonly Id: string;
  readonly Driver: string;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly IPAM: {
    readonly Config: readonly {
      readonly Subnet: string;
      readonly Gateway?: string;
      readonly IPRange?: string;
    }[];
    readonly Options: Readonly<Record<string, string>> | null;
  };
  readonly [field: string]: unknown;
}

interface ShownNetwork {
  readonly name: string;
  readonly scope: string;
  readonly status: Readonly<Record<string, string>>;
  readonly engines: readonly { readonly host: string; readonly handle: string }[];
}

/** A mirror that was removed is put back within this time. */
const boundMs = 30_000;

/** A cluster of Docker 20.10 (the center), 26 and 28. */
export class ThreeEngines implements AsyncDisposable {
  readonly hosts: readonly [Host, Host, Host];
  readonly #lab: Lab;

  private constructor(lab: Lab) {
    this.#lab = lab;
    this.hosts = [lab.host("h1"), lab.host("h2"), lab.host("h3")];
  }

  static async start(): Promise<ThreeEngines> {
    const lab = await Lab.start({
      hosts: [
        { name: "h1", variant: "debian12", center: true },
        { name: "h2", variant: "debian13" },
        { name: "h3", variant: "docker28" },
      ],
    });
    // Its default, which a test changes.
    await startFairway(lab, { docker: { mirror: true } });
    return new ThreeEngines(lab);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lab[Symbol.asyncDispose]();
  }

  /** Networks as the center shows them. */
  async networks(): Promise<readonly ShownNetwork[]> {
    return JSON.parse(await this.hosts[0].sh("fairway -o json network ls"));
  }

  /** What a network's status says of a part; empty where it says nothing. */
  async statusOf(name: string, part: string): Promise<string> {
    return (await this.networks()).find((network) => network.name === name)?.status[part] ?? "";
  }

  async inspect(host: Host, name: string): Promise<InspectedNetwork | undefined> {
    const { code, stdout } = await host.run(["docker", "network", "inspect", name], { check: false });
    return code === 0 ? JSON.parse(stdout)[0] : undefined;
  }

  async has(host: Host, name: string): Promise<boolean> {
    return (await this.inspect(host, name)) !== undefined;
  }

  async appears(name: string, ...on: readonly Host[]): Promise<void> {
    const options = { timeoutMs: boundMs, everyMs: 20 };
    await Promise.all(
      on.map((host) => until(`${name} on ${host.name}`, () => this.has(host, name), options)),
    );
  }

  async goes(name: string, ...from: readonly Host[]): Promise<void> {
    const options = { timeoutMs: boundMs };
    await Promise.all(
      from.map((host) =>
        until(`${name} to go from ${host.name}`, async () => !(await this.has(host, name)), options),
      ),
    );
  }

  /** Waits until a container's ping is answered: the first packets between two hosts may be lost. */
  async reaches(host: Host, container: string, address: string): Promise<void> {
    const ping = ["docker", "exec", container, "ping", "-c", "1", "-W", "1", address];
    await until(
      `${address} to answer ${container} on ${host.name}`,
      async () => (await host.run(ping, { check: false })).code === 0,
    );
  }

  /** Removes every container and network, and waits until no engine has a network of the cluster. */
  async clear(): Promise<void> {
    const [center] = this.hosts;
    for (const host of this.hosts)
      await host.sh("docker rm --force $(docker ps --all --quiet) 2>/dev/null || true");
    for (const { name } of await this.networks())
      await center.run(["fairway", "network", "rm", name], { check: false });
    await until("all networks to be gone", async () => (await this.networks()).length === 0);
    await until("the engines to have none", async () => {
      const listed = await Promise.all(
        this.hosts.map((host) => host.sh("docker network ls --quiet --filter driver=fairway")),
      );
      return listed.join("") === "";
    });
  }
}

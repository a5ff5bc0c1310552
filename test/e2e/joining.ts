import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { CommandResult } from "../../lab/command.ts";
import { configure, leavePlainSouthbound } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { variant } from "./settings.ts";

/** What `fairway init` and `fairway token create` print. */
const joinLine = /^ *fairway join (\S+) --token (\S+)$/m;

/** What a host has of its cluster. */
export const hostDirectory = "/var/lib/fairway/host";

/** A center, h1, a host that has joined it by the line that `fairway init` printed, h2, and a machine that is no host, h3. */
export class Joining implements AsyncDisposable {
  /** What `fairway init` printed on h1, and `fairway join` on h2. */
  readonly printed: { readonly init: string; readonly join: string };
  readonly hosts: readonly [Host, Host, Host];
  readonly #lab: Lab;

  private constructor(lab: Lab, hosts: Joining["hosts"], printed: Joining["printed"]) {
    this.#lab = lab;
    this.hosts = hosts;
    this.printed = printed;
  }

  static async start(): Promise<Joining> {
    await using stack = new AsyncDisposableStack();
    const lab = stack.use(
      await Lab.start({
        variant,
        hosts: [
          { name: "h1", center: true },
          { name: "h2", variant: "debian13" },
          { name: "h3", variant: "docker28" },
        ],
      }),
    );
    const [h1, h2, h3] = [lab.host("h1"), lab.host("h2"), lab.host("h3")];
    for (const host of lab.hosts) await configure(host, {});
    for (const host of [h2, h3]) await leavePlainSouthbound(host);
    const init = (await h1.run(["fairway", "init", "--address", h1.address])).stdout;
    const join = (await h2.run(["fairway", ...wordsOf(init)])).stdout;
    stack.move();
    return new Joining(lab, [h1, h2, h3], { init, join });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#lab[Symbol.asyncDispose]();
  }

  /** What every test begins with, whatever the one before it did: h1 and h2 are in, h3 is out, no network is there. */
  async begin(): Promise<void> {
    const [h1, h2, h3] = this.hosts;
    await h1.daemon("fairway").start();
    for (const host of this.hosts) await host.sh("docker ps --all --quiet | xargs -r docker rm --force");
    if (isHost(h3)) await h3.run(["fairway", "leave"]);
    if (!isHost(h2)) {
      await h1.run(["fairway", "host", "rm", "h2", "--dead"], { check: false });
      await this.join(h2);
    }
    const networks = "docker network ls --quiet --filter driver=fairway";
    await until("no network to be left", async () => {
      for (const host of [h1, h2]) await host.sh(`${networks} | xargs -r docker network rm || true`);
      const left = await Promise.all([h1.sh(networks), h2.sh(networks), h1.sh("fairway network ls -o json")]);
      return left.join("") === "[]";
    });
    assert.deepEqual(await this.hostsKnown(), ["h1 up", "h2 up"]);
  }

  /** The words of a new line that makes another machine a host. */
  async newLine(...flags: string[]): Promise<readonly string[]> {
    return wordsOf(await this.hosts[0].sh(["fairway token create", ...flags].join(" ")));
  }

  /** Makes a machine a host by a new line, which it gives. */
  async join(host: Host): Promise<readonly string[]> {
    const line = await this.newLine();
    await host.run(["fairway", ...line]);
    return line;
  }

  /** The hosts that the center knows, with their states. */
  async hostsKnown(): Promise<readonly string[]> {
    const hosts: readonly { name: string; state: string }[] = JSON.parse(
      await this.hosts[0].sh("fairway host ls -o json"),
    );
    return hosts.map(({ name, state }) => `${name} ${state}`);
  }
}

const isHost = (host: Host) => existsSync(`${host.rootPath}${hostDirectory}`);

/** The words after `fairway` of the line that was printed. */
export function wordsOf(printed: string): readonly string[] {
  const [, center, token] = joinLine.exec(printed) ?? [];
  assert.ok(center !== undefined && token !== undefined, printed);
  return ["join", center, "--token", token];
}

/** A `fairway` command that must fail with a message. */
export async function assertRefused(
  host: Host,
  words: readonly string[],
  message: RegExp,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const { code, stderr }: CommandResult = await host.run(["fairway", ...words], { check: false, env });
  assert.equal(code, 1, stderr);
  assert.match(stderr, message);
}

/** What a machine's Open vSwitch says of the cluster, and its TLS files. */
export async function settingsOf(host: Host): Promise<readonly [Readonly<Record<string, string>>, string]> {
  const json = await host.sh("ovs-vsctl --format=json --columns=external_ids list Open_vSwitch");
  const { data }: { data: [[["map", [string, string][]]]] } = JSON.parse(json);
  return [Object.fromEntries(data[0][0][1]), await host.sh("ovs-vsctl get-ssl")];
}

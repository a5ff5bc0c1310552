import assert from "node:assert/strict";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { inspect, startContainer } from "./docker-network.ts";
import { tracesOf } from "./traces.ts";

const policies = ["always", "unless-stopped", "on-failure", "no"] as const;

/** Docker waits for a driver 15 s in each of its calls, one after the other, and answers nobody meanwhile. */
const bootMs = 400_000;

interface Member {
  readonly name: string;
  readonly policy: (typeof policies)[number];
  /** The address that it asked for. */
  readonly ip?: string;
}

/**
 * On one host: of each restart policy a container with an address of its own, one with any, and a twin on Docker's own bridge, which
 * tells which of them the engine itself wants to run.
 */
export class Matrix {
  readonly host: Host;
  readonly #members: readonly Member[];

  private constructor(host: Host, members: readonly Member[]) {
    this.host = host;
    this.#members = members;
  }

  /** @param prefix of the fixed addresses, e.g. `10.1.7.` */
  static async start(host: Host, network: string, prefix: string): Promise<Matrix> {
    const members = policies.flatMap((policy, at): Member[] => [
      { name: `fixed-${policy}`, policy, ip: `${prefix}${10 + at}` },
      { name: `any-${policy}`, policy },
    ]);
    const start = (name: string, on: string, policy: string, ...flags: string[]) =>
      startContainer(host, name, on, "--restart", policy, "--stop-timeout", "1", ...flags);
    for (const policy of policies) await start(`twin-${policy}`, "bridge", policy);
    for (const { name, policy, ip } of members)
      await start(name, network, policy, ...(ip === undefined ? [] : ["--ip", ip]));
    return new Matrix(host, members);
  }

  /** Starts what does not run: each case begins with all of them. */
  async startAll(): Promise<void> {
    const names = [...this.#members.map(({ name }) => name), ...policies.map((policy) => `twin-${policy}`)];
    await this.host.run(["docker", "start", ...names], { timeoutMs: 120_000 });
  }

  /** Waits until those run whose twin runs, and no other; each has the address that it asked for. @returns how many run. */
  async isAsItShould(): Promise<number> {
    await this.answers();
    await this.#twinsAreSettled();
    const wanted: Member[] = [];
    for (const member of this.#members)
      if (await this.#isRunning(`twin-${member.policy}`)) wanted.push(member);
    assert.ok(wanted.length >= 4, `only ${wanted.map(({ name }) => name).join(", ")} should run`);
    for (const { name } of wanted)
      await until(`${name} to run on ${this.host.name}`, () => this.#isRunning(name), {
        timeoutMs: 90_000,
        everyMs: 200,
      }).catch(async (error: unknown) => {
        throw new Error(await inspect(this.host, name, "{{json .State}}"), { cause: error });
      });
    for (const { name, ip } of this.#members) {
      const should = wanted.some((member) => member.name === name);
      assert.equal(await this.#isRunning(name), should, `${name} on ${this.host.name}`);
      if (ip === undefined || !should) continue;
      const own = await inspect(this.host, name, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
      assert.equal(own, ip);
    }
    return wanted.length;
  }

  /** Waits until the engine answers. */
  async answers(): Promise<void> {
    const asks = async () =>
      (await this.host.run(["timeout", "2", "docker", "version"], { check: false })).code === 0;
    await until(`the engine of ${this.host.name} to answer`, asks, { timeoutMs: bootMs, everyMs: 200 });
  }

  async #twinsAreSettled(): Promise<void> {
    await until("the twin that always runs", () => this.#isRunning("twin-always"));
    await until("the twin that runs unless it is stopped", () => this.#isRunning("twin-unless-stopped"));
  }

  async #isRunning(name: string): Promise<boolean> {
    return (await inspect(this.host, name, "{{.State.Running}}")) === "true";
  }
}

/** Starts the engine while Fairway is away, and waits until it has asked for its driver in vain. */
export async function startEngineAlone(host: Host): Promise<void> {
  const asked = async () =>
    Number(await host.sh("grep -cE 'Unable to (locate|connect to) plugin' /var/log/dockerd.log || true"));
  const before = await asked();
  await host.daemon("dockerd").start({ wait: false });
  await until("the engine to ask in vain", async () => (await asked()) > before, { timeoutMs: 60_000 });
}

/** Waits until the center has no endpoint and no address more than containers run, and each host no link more. */
export async function nothingLeaks(center: Host, running: ReadonlyMap<Host, number>): Promise<void> {
  const all = [...running.values()].reduce((sum, each) => sum + each, 0);
  const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const found = async () => {
    const traces = await tracesOf(center);
    const links = [];
    for (const [host] of running) links.push(count(await tracesOf(host), /^ *fw[0-9a-f]{6,}@/gm));
    // One address is the gateway's.
    return { endpoints: count(traces, /^Endpoint /gm), addresses: count(traces, /^Address /gm) - 1, links };
  };
  const wanted = { endpoints: all, addresses: all, links: [...running.values()] };
  const isSo = async () => JSON.stringify(await found()) === JSON.stringify(wanted);
  await until("leftovers to be gone", isSo, { timeoutMs: 180_000, everyMs: 500 }).catch(async () => {
    assert.deepEqual(await found(), wanted, await tracesOf(center));
  });
}

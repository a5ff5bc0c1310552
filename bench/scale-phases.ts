import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { OvsdbClient } from "@fairway/ovsdb";
import { until } from "../lab/until.ts";
import { makeEndpoint, pick, type SimulatedHost } from "./scale-cluster.ts";
import { cpuMs, type Delay, residentMiB, waitedMs } from "./scale-processes.ts";
import { PureParts } from "./scale-pure.ts";
import { type PerProcess, processes, type Site } from "./scale-site.ts";

const warmUp = 10;

/**
 * What one more endpoint costs while there are so many. Times are in ms, but those of the pure parts in µs. Here and below, `waited` is how
 * long the center waited for a core that others had.
 */
export interface OneMore {
  readonly endpoints: number;
  readonly networks: number;
  readonly answered: readonly number[];
  readonly inNorthbound: readonly number[];
  readonly inSouthbound: readonly number[];
  readonly service: readonly number[];
  readonly compile: readonly number[];
  readonly cpu: PerProcess;
  readonly memory: PerProcess;
  readonly waited: number;
  readonly delay: Delay;
}

/** What hosts cost that do nothing but follow their state and tell that they live. */
export interface Idle {
  /** CPU ms in a second. */
  readonly cpu: PerProcess;
  readonly delay: Delay;
}

export interface FullCompile {
  readonly ms: number;
  readonly cpu: number;
  readonly waited: number;
  readonly delay: Delay;
  /** A start's two calls that went on meanwhile. */
  readonly calls: readonly number[];
  readonly memory: number;
}

export interface CenterRestart {
  /** Since the process's start. */
  readonly servingMs: number;
  readonly compiledMs: number;
  readonly freshMs: number;
  readonly compileMs: number;
  /** Of the hosts' states. */
  readonly bytes: number;
  readonly cpu: number;
  readonly waited: number;
  readonly delay: Delay;
  readonly memory: PerProcess;
  /** Ports of Northbound that changed. */
  readonly written: number;
}

export interface HostRestart {
  readonly ms: number;
  readonly bytes: number;
  readonly cpu: number;
  readonly waited: number;
  readonly delay: Delay;
  readonly isWritten: boolean;
}

/** In turn on the network that is on every host, and on one of the others. */
export async function measureOneMore(site: Site, rounds: number): Promise<OneMore> {
  const { cluster, northbound, southbound, center } = site;
  const [answered, inNorthbound, inSouthbound]: [number[], number[], number[]] = [[], [], []];
  const cpu = { center: 0, intent: 0, northbound: 0, northd: 0, southbound: 0 };
  let waited = 0;
  await center.delay();
  for (let round = -warmUp; round < rounds; round++) {
    const handle = pick(round % 2 === 0 ? cluster.large : cluster.small, round + warmUp);
    const before = site.ofEach(cpuMs);
    const waitedBefore = waitedMs(center.pid);
    const begun = performance.now();
    const made = await makeEndpoint(handle);
    const answeredAt = performance.now();
    await northbound.appears(made.uuid);
    const northboundAt = performance.now();
    await southbound.appears(made.uuid);
    const southboundAt = performance.now();
    const after = site.ofEach(cpuMs);
    const waitedAfter = waitedMs(center.pid);
    await made.remove();
    await until("the port to be gone", () => !southbound.has(made.uuid), { everyMs: 5 });
    if (round < 0) continue;
    answered.push(answeredAt - begun);
    inNorthbound.push(northboundAt - begun);
    inSouthbound.push(southboundAt - begun);
    for (const name of processes) cpu[name] += (after[name] - before[name]) / rounds;
    waited += (waitedAfter - waitedBefore) / rounds;
  }
  const delay = await center.delay();
  await using pure = new PureParts(center.intentRemote, site.engine.northbound.remote);
  const { service, compile } = await pure.measure(rounds * 5);
  const memory = site.ofEach(residentMiB);
  const { endpoints, networks } = cluster;
  const times = { answered, inNorthbound, inSouthbound, service, compile };
  return { endpoints, networks, ...times, cpu, memory, waited, delay };
}

export async function measureIdle(site: Site, seconds: number): Promise<Idle> {
  await site.center.delay();
  const before = site.ofEach(cpuMs);
  await sleep(seconds * 1000);
  const after = site.ofEach(cpuMs);
  const cpu = { ...after };
  for (const name of processes) cpu[name] = (after[name] - before[name]) / seconds;
  return { cpu, delay: await site.center.delay() };
}

/** Another central takes the lock and gives it back: who leads again compiles everything, and finds nothing to do. */
export function compileWithNothingToDo(site: Site): Promise<FullCompile> {
  return underCalls(site, async () => {
    site.center.expectCompile();
    const client = new OvsdbClient({ remotes: [site.center.intentRemote] });
    await client.connected();
    await client.lock("fairway_leader", { steal: true }).release();
    await client.close();
    return site.center.compiled();
  });
}

/** Somebody deletes all that is ours. northd, which has nothing to say to it, sleeps from now on. */
export function compileWithAllToWrite(site: Site): Promise<FullCompile> {
  return underCalls(site, async () => {
    const { northbound, engine } = site;
    const client = new OvsdbClient({ remotes: [engine.northbound.remote] });
    const expected = northbound.size;
    const begun = performance.now();
    engine.northd.kill("SIGSTOP");
    const tables = ["Logical_Switch", "Logical_Router"] as const;
    await client.transact(
      "OVN_Northbound",
      tables.map((table) => ({ op: "delete", table, where: [] })),
    );
    await until("Northbound to be empty", () => northbound.size < expected / 2, { everyMs: 1 });
    await until("Northbound to be full", () => northbound.size >= expected, {
      timeoutMs: 120_000,
      everyMs: 5,
    });
    await client.close();
    return performance.now() - begun;
  });
}

/** Does the work while calls as Docker's go on, one after the other. */
async function underCalls(site: Site, work: () => Promise<number>): Promise<FullCompile> {
  const { center } = site;
  const stop = new AbortController();
  const calls = callOnAndOn(site, stop.signal);
  await center.delay();
  const [cpuBefore, waitedBefore] = [cpuMs(center.pid), waitedMs(center.pid)];
  const ms = await work();
  const cpu = cpuMs(center.pid) - cpuBefore;
  const waited = waitedMs(center.pid) - waitedBefore;
  const delay = await center.delay();
  stop.abort();
  const times = await calls;
  return { ms, cpu, waited, delay, calls: times, memory: residentMiB(center.pid) };
}

async function callOnAndOn({ cluster }: Site, signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; !signal.aborted; at++) {
    const begun = performance.now();
    const made = await makeEndpoint(pick(cluster.small, at));
    times.push(performance.now() - begun);
    await made.remove();
    await sleep(5);
  }
  return times;
}

/** All hosts lose the center and come back when they can. */
export async function restartCenter(site: Site): Promise<CenterRestart> {
  const { center, hosts, northbound } = site;
  const changesBefore = northbound.changes;
  await center.stop();
  for (const host of hosts) host.received = 0;
  await until("all hosts to notice", () => hosts.every(({ isFresh }) => !isFresh));
  const begun = performance.now();
  const servingMs = await center.start();
  const compileMs = await center.compiled();
  const compiledMs = performance.now() - begun;
  await site.areFresh();
  const freshMs = performance.now() - begun;
  return {
    servingMs,
    compiledMs,
    freshMs,
    compileMs,
    bytes: bytesOf(hosts),
    cpu: cpuMs(center.pid),
    waited: waitedMs(center.pid),
    delay: await center.delay(),
    memory: site.ofEach(residentMiB),
    written: northbound.changes - changesBefore,
  };
}

/** They register, follow their state, and register again when they know their engine's version. */
export async function restartHosts(site: Site, hosts: readonly SimulatedHost[]): Promise<HostRestart> {
  const { center } = site;
  await Promise.all(hosts.map((host) => host.unfollow()));
  await center.delay();
  const sizes = () => site.files.map((file) => statSync(file).size).join();
  const sizesBefore = sizes();
  const [cpuBefore, waitedBefore] = [cpuMs(center.pid), waitedMs(center.pid)];
  for (const host of hosts) host.received = 0;
  const begun = performance.now();
  await Promise.all(
    hosts.map(async (host) => {
      await host.register({ kernel: "6.12" });
      host.follow();
      await host.register();
    }),
  );
  await site.areFresh(hosts);
  return {
    ms: performance.now() - begun,
    bytes: bytesOf(hosts),
    cpu: cpuMs(center.pid) - cpuBefore,
    waited: waitedMs(center.pid) - waitedBefore,
    delay: await center.delay(),
    isWritten: sizes() !== sizesBefore,
  };
}

function bytesOf(hosts: readonly SimulatedHost[]): number {
  return hosts.reduce((sum, { received }) => sum + received, 0);
}

import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { busyboxImage, type Host } from "../lab/host/host.ts";
import { withProgress } from "../lab/progress.ts";
import { type BenchHost, type Delay } from "./bench-host.ts";
import { milliseconds, rawData, rotated, summarize, table } from "./statistics.ts";

const count = 50;
const networkCounts = [1, 10] as const;
const drivers = ["bridge", "fairway"] as const;

/** Fifty containers that exist are started at once: what one waits for, and when all run. */
export async function measureParallelStarts(bench: BenchHost, rounds: number): Promise<string> {
  const { host } = bench;
  const kinds = networkCounts.flatMap((networks) => drivers.map((driver) => ({ networks, driver })));
  for (const driver of drivers)
    for (let at = 0; at < Math.max(...networkCounts); at++)
      await host.docker(
        "network",
        "create",
        "--driver",
        driver,
        ...(driver === "fairway" ? ["--ipam-driver", driver] : []),
        `${driver}-${at}`,
      );
  const all = new Map<string, number[]>();
  const one = new Map<string, number[]>();
  let delay: Delay | undefined;
  const key = ({ networks, driver }: (typeof kinds)[number]) =>
    `${driver}, ${networks === 1 ? "one network" : `${networks} networks`}`;
  for (let round = 0; round < rounds; round++)
    for (const kind of rotated(kinds, round))
      await withProgress(`Starting ${count} containers at once: ${key(kind)}`, async () => {
        if (kind.driver === "fairway") await bench.eventLoopDelay();
        const times = await startAll(host, kind.driver, kind.networks);
        if (kind.driver === "fairway") delay = worse(delay, await bench.eventLoopDelay());
        all.set(key(kind), [...(all.get(key(kind)) ?? []), times.allMs]);
        one.set(key(kind), [...(one.get(key(kind)) ?? []), ...times.eachMs]);
      });
  const rows = kinds.map((kind) => [
    key(kind),
    milliseconds(summarize(all.get(key(kind)) ?? []).median / 1000),
    (all.get(key(kind)) ?? []).map((ms) => milliseconds(ms / 1000)).join(", "),
    milliseconds(summarize(one.get(key(kind)) ?? []).median / 1000),
  ]);
  return `## ${count} starts at once

Containers that exist are started by ${count} calls of the engine's API at the same moment, ${rounds} times each; s. What was made before is gone again before the next.

${table(["networks", "until all run, median", "each time", "one container, median"], rows)}

The delay of Fairway's event loop meanwhile, in the worst of those rounds: ${delay === undefined ? "not measured" : `${milliseconds(delay.p99)} ms in the 99th percentile, ${milliseconds(delay.max)} ms at most`}.

${rawData(Object.fromEntries(all))}`;
}

async function startAll(
  host: Host,
  driver: string,
  networks: number,
): Promise<{ allMs: number; eachMs: readonly number[] }> {
  const names = Array.from({ length: count }, (_, at) => `parallel-${at}`);
  const create = names.map(
    (name, at) =>
      `docker create --name ${name} --network ${driver}-${at % networks} ${busyboxImage} sleep 1000000`,
  );
  await host.sh(`(${create.join("; ")}) >/dev/null`, { timeoutMs: 120_000 });
  const begun = performance.now();
  const eachMs = await Promise.all(
    names.map(async (name) => {
      await post(host, `/containers/${name}/start`);
      return performance.now() - begun;
    }),
  );
  const allMs = performance.now() - begun;
  await host.sh(`docker rm --force ${names.join(" ")} >/dev/null`, { timeoutMs: 120_000 });
  return { allMs, eachMs };
}

async function post(host: Host, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request({ method: "POST", socketPath: join(host.rootPath, "/run/docker.sock"), path, host: "docker" })
    .on("error", reject)
    .on("response", (answer) => {
      text(answer).then(
        (body) => (answer.statusCode === 204 ? resolve() : reject(new Error(`${path}: ${body}`))),
        reject,
      );
    })
    .end();
  await promise;
}

function worse(one: Delay | undefined, other: Delay): Delay {
  return one !== undefined && one.p99 > other.p99 ? one : other;
}

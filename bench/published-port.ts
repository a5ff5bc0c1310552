import { resolve } from "node:path";
import { busyboxImage } from "../lab/host/host.ts";
import type { Machine } from "../lab/host/machine.ts";
import { withProgress } from "../lab/progress.ts";
import { type BenchHost, bridgeNetwork, fairwayNetwork } from "./bench-host.ts";
import { rawData, rotated, summarize, table } from "./statistics.ts";

const seconds = 3;
const connections = 8;
const ports = { [bridgeNetwork]: 8081, [fairwayNetwork]: 8082 } as const;
type Network = keyof typeof ports;
const containers = Object.keys(ports) as Network[];
const load = resolve(import.meta.dirname, "load.ts");

/** Requests a second to a web server in a container: by a published port from outside, and from its own host straight to it. */
export async function measurePublishedPort(bench: BenchHost, rounds: number): Promise<string> {
  const { host, lab } = bench;
  const addresses = new Map<Network, string>();
  for (const network of containers) {
    const name = `web-${network}`;
    const publish = `${ports[network]}:80`;
    const serve = ["sh", "-c", "echo hello >/index.html && exec httpd -f -p 80 -h /"];
    await host.docker(
      "run",
      "--detach",
      "--name",
      name,
      "--network",
      network,
      "--publish",
      publish,
      busyboxImage,
      ...serve,
    );
    const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
    addresses.set(network, await host.docker("inspect", "--format", format, name));
  }
  const ways = containers.flatMap((network) => [
    {
      title: `${network}, published, from outside`,
      from: lab.outside,
      address: host.address,
      port: ports[network],
    },
    {
      title: `${network}, from its host, not published`,
      from: host,
      address: addresses.get(network) ?? "",
      port: 80,
    },
  ]);
  const perSecond = new Map<string, number[]>();
  let failures = 0;
  for (let round = 0; round < rounds; round++)
    for (const { title, from, address, port } of rotated(ways, round)) {
      const measured = await withProgress(`Requests: ${title}`, () => ask(from, address, port));
      perSecond.set(title, [...(perSecond.get(title) ?? []), measured.perSecond]);
      failures += measured.failures;
    }
  await host.docker("rm", "--force", ...containers.map((network) => `web-${network}`));
  const rows = ways.map(({ title }) => {
    const samples = perSecond.get(title) ?? [];
    return [title, summarize(samples).median.toFixed(0), samples.map((each) => each.toFixed(0)).join(", ")];
  });
  return `## Requests to a container

To busybox's httpd, a connection for each, ${connections} at a time for ${seconds} s, ${rounds} times; a second. ${failures} of all failed. The bridge's datapath is the kernel, and
Fairway's here is Open vSwitch's in user space, as the kernel lacks its module: each packet costs system calls, and client, server
and datapath share this machine's cores. What is compared is therefore more than two drivers.

${table(["network, way", "requests a second, median", "each time"], rows)}

${rawData(Object.fromEntries(perSecond))}`;
}

async function ask(
  from: Machine,
  address: string,
  port: number,
): Promise<{ perSecond: number; failures: number }> {
  const words = [process.execPath, load, address, String(port), String(seconds), String(connections)];
  return JSON.parse((await from.run(words, { timeoutMs: 60_000 })).stdout);
}

import { withProgress } from "../lab/progress.ts";
import { until } from "../lab/until.ts";
import type { BenchHost, Memory } from "./bench-host.ts";
import { PluginClient } from "./plugin-client.ts";
import { milliseconds, summarize, table } from "./statistics.ts";

const total = 1_100;
const memoryAt = 1_000;
const atOnce = 50;
const subnet = "10.77.0.0/16";

/**
 * More endpoints on one network of one host than a Linux bridge takes ports. They have no containers, for which this machine's memory would not
 * do: the plugin is called as an engine calls it, and each one's interface waits on the host.
 */
export async function measureManyEndpoints(bench: BenchHost): Promise<string> {
  const { host } = bench;
  // Of these endpoints it knows nothing: Fairway asks it, and purges after two minutes what its engine does not have.
  await host.daemon("dockerd").stop();
  try {
    return await measureWithoutEngine(bench);
  } finally {
    await host.daemon("dockerd").start();
  }
}

async function measureWithoutEngine(bench: BenchHost): Promise<string> {
  const { host } = bench;
  await bench.restartFairway();
  const empty = await bench.memory();
  using plugin = new PluginClient(host);
  const network = await plugin.createNetwork(subnet);
  const times: number[] = [];
  let full: Memory | undefined;
  await bench.eventLoopDelay();
  const begun = performance.now();
  const endpoints = await withProgress(`Starting ${total} endpoints on one network`, async (detail) => {
    const made: Awaited<ReturnType<PluginClient["start"]>>[] = [];
    while (made.length < total) {
      const batch = Array.from({ length: Math.min(atOnce, total - made.length) }, async () => {
        const startedAt = performance.now();
        const endpoint = await plugin.start(network);
        times.push(performance.now() - startedAt);
        return endpoint;
      });
      made.push(...(await Promise.all(batch)));
      detail(String(made.length));
      if (full === undefined && made.length >= memoryAt) full = await bench.memory();
    }
    return made;
  });
  const seconds = (performance.now() - begun) / 1000;
  const delay = await bench.eventLoopDelay();
  const installed = Number(
    await host.sh(
      "ovs-vsctl --bare --columns=_uuid find Interface external_ids:ovn-installed=true | grep -c .",
    ),
  );
  const addresses = new Set(endpoints.map(({ address }) => address)).size;
  const bridgePorts = await portsOfLinuxBridge(bench);
  const settled = await bench.memory();
  await withProgress("Removing them", async () => {
    for (let at = 0; at < endpoints.length; at += atOnce)
      await Promise.all(endpoints.slice(at, at + atOnce).map((endpoint) => plugin.stop(network, endpoint)));
    await plugin.deleteNetwork(network);
  });
  await until(
    "all links gone",
    async () => (await host.sh("ip -o link | grep -c ': fw[0-9a-f]\\\\{11\\\\}' || true")) === "0",
    {
      timeoutMs: 60_000,
    },
  );
  const row = (what: string, { resident, own, files }: Memory) => [
    what,
    ...[resident, own, files].map(milliseconds),
  ];
  const [first, last] = [times.slice(0, atOnce), times.slice(-atOnce)].map((part) => summarize(part).median);
  return `## Many endpoints on one host

${total} endpoints on one network of one host, by the plugin's calls and without containers, ${atOnce} at a time, took ${seconds.toFixed(0)} s. ${installed} interfaces had
OVN's \`ovn-installed\` then, and ${addresses} addresses were different. A Linux bridge of this kernel took ${bridgePorts} ports. One of the first ${atOnce} took
${milliseconds(first ?? Number.NaN)} ms in the median, one of the last ${milliseconds(last ?? Number.NaN)} ms: Open vSwitch and OVN look at all ports of a bridge at each change.

The delay of Fairway's event loop meanwhile: ${milliseconds(delay.p99)} ms in the 99th percentile, ${milliseconds(delay.max)} ms at most.

What the process holds (center and host in one), MiB:

${table(
  ["endpoints", "resident", "of its own", "files, Node's program above all"],
  [
    row("0, just started", empty),
    ...(full === undefined ? [] : [row(memoryAt.toLocaleString("en"), full)]),
    row(total.toLocaleString("en"), settled),
  ],
)}
`;
}

/** How many ports a bridge of the kernel takes; in a network of its own, for Open vSwitch looks at all its ports whenever a link comes. */
async function portsOfLinuxBridge({ host }: BenchHost): Promise<number> {
  const script = `
    ip link add bridge type bridge
    seq ${total} | sed "s/.*/link add port-& master bridge type veth peer name end-&/" >/tmp/links
    ip -force -batch /tmp/links >/dev/null 2>&1 || true
    ip -o link show master bridge | grep -c .`;
  return Number(await host.sh(`unshare --net sh -ec '${script}'`, { timeoutMs: 120_000 }));
}

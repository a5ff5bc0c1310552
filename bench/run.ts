import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { withProgress } from "../lab/progress.ts";
import { parseVariant } from "../lab/trees/tree.ts";
import { measureAddedStart } from "./added-start.ts";
import { BenchHost } from "./bench-host.ts";
import { measureDurableCommits } from "./durable-commits.ts";
import { measureManyEndpoints } from "./many-endpoints.ts";
import { measureParallelStarts } from "./parallel-starts.ts";
import { measurePublishedPort } from "./published-port.ts";

/**
 * What Fairway costs on one host, beside Docker's own bridge. ROUNDS makes it longer; ONLY=start,parallel,port,endpoints,durable
 * measures these alone and keeps the rest of the file.
 */
const rounds = Number(process.env["ROUNDS"] ?? 24);
const variant = parseVariant(process.env["VARIANT"] ?? "debian12");
const results = process.env["RESULTS"] ?? "bench/results.md";

const measurements = {
  start: (bench: BenchHost) => measureAddedStart(bench, rounds),
  parallel: (bench: BenchHost) => measureParallelStarts(bench, Math.ceil(rounds / 8)),
  port: (bench: BenchHost) => measurePublishedPort(bench, Math.ceil(rounds / 8)),
  endpoints: (bench: BenchHost) => measureManyEndpoints(bench),
  durable: (bench: BenchHost) => measureDurableCommits(bench),
} as const;
type Name = keyof typeof measurements;
const all = Object.keys(measurements) as Name[];
const wanted = (process.env["ONLY"]?.split(",") ?? all).map((name) => {
  const known = all.find((each) => each === name);
  if (known === undefined) throw new Error(`ONLY names "${name}"; it may name ${all.join(", ")}`);
  return known;
});

const parts = new Map<Name, string>();
await using bench = await BenchHost.start(variant);
const versions = await versionsOf(bench);
for (const name of wanted) {
  const [load = 0] = loadavg();
  const part = await withProgress(name, () => measurements[name](bench));
  // Who else was at work on the machine: figures of a busy one are worth little.
  const circumstances = `Load of the machine before: ${load.toFixed(1)}.`;
  parts.set(name, `${part.trim()}\n\n${versions} ${circumstances}`);
  write();
}
console.log(readFileSync(results, "utf8"));
console.log(`Written to ${results}.`);

/** After each part: what was measured stays when a later one fails. */
function write(): void {
  const written = all.map(
    (name) => `${marker(name)}\n${parts.get(name) ?? partOf(name) ?? "Not measured yet."}`,
  );
  writeFileSync(
    results,
    `# Measured

\`make bench\` writes this file. ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, all of it in one lab: containers, engine, Open vSwitch, OVN and
Fairway share the cores. The datapath is Open vSwitch's userspace one (\`netdev\`): the kernel module is not there.

${written.join("\n\n")}

## Measured by themselves

- [scale.md](scale.md): the center of a large cluster (\`make bench-scale\`); first packets: \`make bench-first-packet\`;
  [events.md](events.md): \`make bench-events\`; [memory.md](memory.md): \`make bench-memory\`
- addresses: \`node bench/allocator.ts\` in memory, \`node bench/address-calls.ts\` through the plugin and the API
- the OVSDB client beside python3-openvswitch: \`node packages/ovsdb/bench/load.ts\`
`,
  );
}

/** What the file has of an earlier measurement. */
function partOf(name: Name): string | undefined {
  if (!existsSync(results)) return undefined;
  const [, rest] = readFileSync(results, "utf8").split(`${marker(name)}\n`);
  return rest?.split(/\n(?:<!-- |## Measured by themselves)/)[0]?.trim();
}

function marker(name: Name): string {
  return `<!-- ${name} -->`;
}

async function versionsOf({ host }: BenchHost): Promise<string> {
  const docker = await host.docker("version", "--format", "{{.Server.Version}}");
  const openVSwitch = await host.sh("ovs-vswitchd --version | head -1 | grep -o '[0-9.]*$'");
  const ovn = await host.sh("ovn-controller --version | head -1 | grep -o '[0-9.]*$'");
  const fairway = await host.sh("fairway --version");
  return `Docker ${docker}, Open vSwitch ${openVSwitch}, OVN ${ovn}, Linux ${await host.sh("uname -r")}, Fairway ${fairway}.`;
}

import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { startFairway } from "../lab/fairway.ts";
import { busyboxImage, type Host } from "../lab/host/host.ts";
import { Lab } from "../lab/lab.ts";
import { withProgress } from "../lab/progress.ts";
import { parseVariant } from "../lab/trees/tree.ts";
import { lengthOfLog, readStages } from "./stages.ts";
import { milliseconds, summarize, table } from "./statistics.ts";

/** What a start costs: `docker run --rm` on no network, on Docker's own bridge and on Fairway, in turn. */
const rounds = Number(process.env["ROUNDS"] ?? 40);
const variant = parseVariant(process.env["VARIANT"] ?? "debian12");
const networks = ["none", "bridge", "user-bridge", "blue"] as const;
const results = "bench/results.md";

await using lab = await withProgress("Starting a host", () => Lab.start({ hosts: 1, variant }));
const host = lab.host("h1");
await withProgress("Starting Fairway", () => startFairway(lab, { log: { level: "debug", format: "json" } }));
await host.docker("network", "create", "--driver", "bridge", "user-bridge");
await host.docker("network", "create", "--driver", "fairway", "--ipam-driver", "fairway", "blue");
for (const network of networks) await run(host, network);

const from = await lengthOfLog(host);
const times: Record<(typeof networks)[number], number[]> = {
  none: [],
  bridge: [],
  "user-bridge": [],
  blue: [],
};
await withProgress(`Measuring ${rounds} rounds`, async () => {
  for (let round = 0; round < rounds; round++)
    for (const network of rotated(networks, round)) times[network].push(await run(host, network));
});
const report = await describe();
console.log(report);
writeFileSync(results, report);
console.log(`Written to ${results}.`);

async function run(on: Host, network: string): Promise<number> {
  const begun = performance.now();
  await on.docker("run", "--rm", "--network", network, busyboxImage, "true");
  return performance.now() - begun;
}

async function describe(): Promise<string> {
  const none = summarize(times.none);
  const bridge = summarize(times.bridge);
  const userBridge = summarize(times["user-bridge"]);
  const fairway = summarize(times.blue);
  const added = {
    bridge: bridge.median - none.median,
    userBridge: userBridge.median - none.median,
    fairway: fairway.median - none.median,
  };
  const rows = [
    ["`--network none`", none, ""],
    ["Docker's default bridge (no names)", bridge, milliseconds(added.bridge)],
    ["a bridge network of one's own (names)", userBridge, milliseconds(added.userBridge)],
    ["Fairway", fairway, milliseconds(added.fairway)],
  ] as const;
  const starts = rows.map(([name, { median, lowerQuartile, upperQuartile }, more]) => [
    name,
    milliseconds(median),
    `${milliseconds(lowerQuartile)} to ${milliseconds(upperQuartile)}`,
    more,
  ]);
  const stages = [...(await readStages(host, from))].map(([stage, samples]) => {
    const { median, lowerQuartile, upperQuartile, count } = summarize(samples);
    return [
      stage,
      milliseconds(median),
      `${milliseconds(lowerQuartile)} to ${milliseconds(upperQuartile)}`,
      `${count}`,
    ];
  });
  return `# Measured

\`make bench\` writes this file. ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB. ${await versions()}
The datapath is Open vSwitch's userspace one (\`netdev\`): the kernel module is not there.

## A start

\`docker run --rm NETWORK ${busyboxImage} true\`, ${rounds} of each, in turn; ms.

${table(["network", "median", "middle half", "added over none"], starts)}

Fairway adds **${(added.fairway / added.userBridge).toFixed(2)}** of what a bridge network of one's own adds, and ${(added.fairway / added.bridge).toFixed(2)} of what
the default bridge adds. On every network but the default bridge Docker sets up its resolver in the container, by two
processes of its own, whichever driver the network has.

## Where Fairway's time goes

ms, from its log. The host's stages run beside each other and beside Docker's calls: CreateEndpoint begins the veth pair, Join waits for
what is not done yet.

${table(["stage", "median", "middle half", "samples"], stages)}

## Raw data

\`\`\`json
${JSON.stringify(times, (_, value) => (typeof value === "number" ? Math.round(value * 10) / 10 : value))}
\`\`\`
`;
}

async function versions(): Promise<string> {
  const docker = await host.docker("version", "--format", "{{.Server.Version}}");
  const openVSwitch = await host.sh("ovs-vswitchd --version | head -1 | grep -o '[0-9.]*$'");
  const ovn = await host.sh("ovn-controller --version | head -1 | grep -o '[0-9.]*$'");
  return `Docker ${docker}, Open vSwitch ${openVSwitch}, OVN ${ovn}, Linux ${await host.sh("uname -r")}.`;
}

/** Each network is first, second and third equally often. */
function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

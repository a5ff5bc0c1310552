import { busyboxImage } from "../lab/host/host.ts";
import { withProgress } from "../lab/progress.ts";
import { type BenchHost, bridgeNetwork, fairwayNetwork, nullNetwork, vethNetwork } from "./bench-host.ts";
import { lengthOfLog, readStages } from "./stages.ts";
import { milliseconds, rawData, rotated, type Summary, summarize, table } from "./statistics.ts";

const networks = {
  none: "`--network none`",
  bridge: "Docker's default bridge (no names)",
  [bridgeNetwork]: "a bridge network of one's own (names)",
  [nullNetwork]: "a plugin that does nothing: no interface",
  [vethNetwork]: "a plugin that makes a veth pair, nothing else",
  [fairwayNetwork]: "Fairway",
} as const;
type Network = keyof typeof networks;
const names = Object.keys(networks) as Network[];

/** What a start adds to one without a network, beside both kinds of Docker's bridge and the least that a plugin can do. */
export async function measureAddedStart(bench: BenchHost, rounds: number): Promise<string> {
  const { host } = bench;
  const run = async (network: Network) => {
    const begun = performance.now();
    await host.docker("run", "--rm", "--network", network, busyboxImage, "true");
    return performance.now() - begun;
  };
  for (const network of names) await run(network);
  const from = await lengthOfLog(host);
  const times = Object.fromEntries(names.map((network) => [network, [] as number[]])) as Record<
    Network,
    number[]
  >;
  await withProgress(`Measuring ${rounds} starts of each kind`, async () => {
    for (let round = 0; round < rounds; round++)
      for (const network of rotated(names, round)) times[network].push(await run(network));
  });
  const none = summarize(times.none).median;
  const added = (network: Network) => summarize(times[network]).median - none;
  const starts = names.map((network) => [
    networks[network],
    ...cells(summarize(times[network])),
    network === "none" ? "" : milliseconds(added(network)),
  ]);
  const ratio = (network: Network, floor = 0) =>
    ((added(fairwayNetwork) - floor) / (added(network) - floor)).toFixed(2);
  const floor = added(nullNetwork);
  const stages = [...(await readStages(host, from))].map(([stage, samples]) => [
    stage,
    ...cells(summarize(samples)),
    String(samples.length),
  ]);
  return `## A start

\`docker run --rm NETWORK ${busyboxImage} true\`, ${rounds} of each kind, in turn; ms.

${table(["network", "median", "middle half", "added over none"], starts)}

Fairway adds **${ratio(bridgeNetwork)}** of what a bridge network of one's own adds, and ${ratio("bridge")} of what the default bridge adds. On every
network but the default bridge Docker sets up its resolver in the container, whichever driver the network has: the plugin that does nothing shows
what that and the calls of a plugin cost. Above that floor of ${milliseconds(floor)} ms Fairway adds ${milliseconds(added(fairwayNetwork) - floor)} ms, a bridge
network of one's own ${milliseconds(added(bridgeNetwork) - floor)} ms, a bare veth pair ${milliseconds(added(vethNetwork) - floor)} ms.

## Where Fairway's time goes

ms, from its log, of the same starts. The host's stages run beside each other and beside Docker's calls: CreateEndpoint begins the veth pair, Join
waits for what is not done yet.

${table(["stage", "median", "middle half", "samples"], stages)}

${rawData(times)}`;
}

function cells({ median, lowerQuartile, upperQuartile }: Summary): [string, string] {
  return [milliseconds(median), `${milliseconds(lowerQuartile)} to ${milliseconds(upperQuartile)}`];
}

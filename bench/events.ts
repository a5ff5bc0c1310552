import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { withProgress } from "../lab/progress.ts";
import { ApiClient } from "../packages/fairway/src/api/client.ts";
import { cpuMs } from "./scale-processes.ts";
import { Site } from "./scale-site.ts";
import { milliseconds, summarize, table } from "./statistics.ts";

/** `make bench-events`: how long after a change has been asked for its event is at listeners. */
const listenerCounts = [1, 100, 1_000];
const rounds = Number(process.env["ROUNDS"] ?? 30);
const results = "bench/events.md";

await using site = await Site.start(1);
await using api = new ApiClient({ target: site.center.rootTarget });
const rows: string[][] = [];
for (const count of listenerCounts) rows.push(await withProgress(`${count} listeners`, () => measure(count)));
writeFileSync(
  results,
  `# Events

\`make bench-events\` writes this file. ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}; the center is a process of its own, the listeners are connections
of another one. A network is made ${rounds} times by the API; from the moment that it is asked for until a listener has its event, ms.

${table(["listeners", "the change is answered", "median", "middle half", "slowest of all", "CPU of the center per event and listener, µs"], rows)}
`,
);
console.log(`Written to ${results}.`);

async function measure(count: number): Promise<string[]> {
  const end = new AbortController();
  const seen = new Map<string, { arrived: number[]; whole: PromiseWithResolvers<void> }>();
  const ready = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const listening = ready.map(async ({ resolve }) => {
    for await (const event of api.events({ noun: ["network"], signal: end.signal }))
      if (event.type === "ready") resolve();
      else if (event.type === "created") {
        const round = seen.get(event.name);
        round?.arrived.push(performance.now());
        if (round?.arrived.length === count) round.whole.resolve();
      }
  });
  await Promise.all(ready.map(({ promise }) => promise));
  const answered: number[] = [];
  const latencies: number[] = [];
  const cpuBefore = cpuMs(site.center.pid);
  for (let round = 0; round < rounds; round++) {
    const name = `events-${count}-${round}`;
    const whole = Promise.withResolvers<void>();
    const arrived: number[] = [];
    seen.set(name, { arrived, whole });
    const askedAt = performance.now();
    await api.createNetwork({}, { name });
    answered.push(performance.now() - askedAt);
    await whole.promise;
    latencies.push(...arrived.map((at) => at - askedAt));
  }
  const cpuPerEvent = ((cpuMs(site.center.pid) - cpuBefore) * 1_000) / (rounds * count);
  end.abort(new Error("measured"));
  await Promise.allSettled(listening);
  const { median, lowerQuartile, upperQuartile } = summarize(latencies);
  return [
    String(count),
    milliseconds(summarize(answered).median),
    milliseconds(median),
    `${milliseconds(lowerQuartile)} to ${milliseconds(upperQuartile)}`,
    milliseconds(Math.max(...latencies)),
    cpuPerEvent.toFixed(0),
  ];
}

import { cpus, release, totalmem } from "node:os";
import { runTool } from "../packages/ovsdb/test/server.ts";
import type { CenterRestart, FullCompile, HostRestart, Idle, OneMore } from "./scale-phases.ts";
import type { Delay } from "./scale-processes.ts";
import { processes } from "./scale-site.ts";
import { milliseconds, summarize, table } from "./statistics.ts";

export interface Measured {
  readonly hosts: number;
  readonly rounds: number;
  readonly oneMore: readonly OneMore[];
  readonly idle: Idle;
  readonly compileNothing: FullCompile;
  readonly compileAll: FullCompile;
  readonly centerRestarts: readonly CenterRestart[];
  readonly hostRestart: HostRestart;
  readonly allHostsRestart: HostRestart;
}

export function describe(measured: Measured): string {
  const { hosts, oneMore } = measured;
  const networks = oneMore.map((one) => one.networks);
  const [kind = "", version = ""] = [
    runTool("ovn-northd", ["--version"]),
    runTool("ovsdb-server", ["--version"]),
  ].map((text) => text.split("\n", 1)[0] ?? "");
  return `# At scale

\`make bench-scale\` writes this file: ${hosts} hosts, ${networks.at(-1)} networks, ${oneMore.at(-1)?.endpoints} endpoints; a fifth of the endpoints is on one
network that is on every host, the other networks are of Compose projects, each on two hosts. Hosts are simulated: each registers, follows its state over mutual TLS of its own, and calls the API as
its Docker engine would make it. The databases, ovn-northd and the center are the real ones, each a process.

${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}, ${kind}, ${version}.
All processes, those of the simulated hosts included, share the cores. Medians, and in brackets between which figures the middle half lies.
The event loop's delay in the center's process is told as p50 / p99 / max, ms. It contains how long the process waited for a core that others
had, as do all times but those of CPU.

## One more endpoint

RequestAddress and CreateEndpoint, one after the other, ${measured.rounds} times, in turn on the large network and on a small one. Networks grow with the
endpoints: ${networks.join(", ")}. ms, but the pure parts in µs and memory in MiB.

${describeOneMore(oneMore)}

"Pure" is the center's own code on replicas of its databases, without sockets: the two calls with the operations that they would commit; the
units and the hosts' items that they touch, compiled and compared with Northbound.

## Nothing happens

The hosts follow their state and tell every five seconds that they live. CPU, ms in each second.

${describeIdle(measured.idle)}

## A full compile

While calls as Docker's go on, one after the other.

${describeCompiles(measured)}

## The center restarts

All ${hosts} hosts lose it and come back when they can. ms from the process's start.

${describeRestarts(measured.centerRestarts)}

## Hosts restart

They register, follow their state, register again when they know their engine's version.

${describeHostRestarts(measured)}

## Raw data

\`\`\`json
${JSON.stringify(measured, (_, value) => (typeof value === "number" ? Math.round(value * 10) / 10 : value))}
\`\`\`
`;
}

function describeOneMore(oneMore: readonly OneMore[]): string {
  const [first, last] = [oneMore[0], oneMore.at(-1)];
  const row = (title: string, of: (one: OneMore) => number, show: (one: OneMore) => string) => [
    title,
    ...oneMore.map(show),
    first === undefined || last === undefined ? "" : (of(last) / of(first)).toFixed(2),
  ];
  const samples = (title: string, of: (one: OneMore) => readonly number[]) =>
    row(
      title,
      (one) => summarize(of(one)).median,
      (one) => spread(of(one)),
    );
  return table(
    ["endpoints", ...oneMore.map(({ endpoints }) => `${endpoints}`), "last : first"],
    [
      samples("both calls answered", ({ answered }) => answered),
      samples("its port is in Northbound", ({ inNorthbound }) => inNorthbound),
      samples("its port is in Southbound", ({ inSouthbound }) => inSouthbound),
      samples("pure: service, µs", ({ service }) => service),
      samples("pure: compile and difference, µs", ({ compile }) => compile),
      ...processes.map((name) =>
        row(
          `CPU of ${name}`,
          ({ cpu }) => cpu[name],
          ({ cpu }) => milliseconds(cpu[name]),
        ),
      ),
      ["the center waited for a core", ...oneMore.map(({ waited }) => milliseconds(waited)), ""],
      ["event loop of the center", ...oneMore.map(({ delay }) => delayOf(delay)), ""],
      ...processes.map((name) => [
        `memory of ${name}, MiB`,
        ...oneMore.map(({ memory }) => mebibytes(memory[name])),
        "",
      ]),
    ],
  );
}

function describeIdle({ cpu, delay }: Idle): string {
  return table(
    [...processes, "event loop of the center"],
    [[...processes.map((name) => milliseconds(cpu[name])), delayOf(delay)]],
  );
}

function describeCompiles({ compileNothing, compileAll }: Measured): string {
  const row = (title: string, { ms, cpu, waited, delay, calls, memory }: FullCompile) => [
    title,
    milliseconds(ms),
    milliseconds(cpu),
    milliseconds(waited),
    delayOf(delay),
    spread(calls),
    mebibytes(memory),
  ];
  return table(
    [
      "",
      "ms",
      "CPU of the center, ms",
      "waited for a core, ms",
      "event loop",
      "a start's two calls meanwhile, ms",
      "memory, MiB",
    ],
    [
      row("there is nothing to do", compileNothing),
      row("somebody has deleted everything in Northbound", compileAll),
    ],
  );
}

function describeRestarts(restarts: readonly CenterRestart[]): string {
  return table(
    [
      "serves",
      "has compiled everything",
      "of which compiling",
      "all hosts are fresh",
      "told to them, MB",
      "CPU, ms",
      "waited for a core, ms",
      "event loop",
      "memory, MiB",
      "ports written to Northbound",
    ],
    restarts.map(
      ({ servingMs, compiledMs, compileMs, freshMs, bytes, cpu, waited, delay, memory, written }) => [
        ...[servingMs, compiledMs, compileMs, freshMs].map(milliseconds),
        (bytes / 1e6).toFixed(2),
        milliseconds(cpu),
        milliseconds(waited),
        delayOf(delay),
        mebibytes(memory.center),
        `${written}`,
      ],
    ),
  );
}

function describeHostRestarts({ hosts, hostRestart, allHostsRestart }: Measured): string {
  const row = (title: string, { ms, bytes, cpu, waited, delay, isWritten }: HostRestart) => [
    title,
    milliseconds(ms),
    (bytes / 1e3).toFixed(0),
    milliseconds(cpu),
    milliseconds(waited),
    delayOf(delay),
    isWritten ? "were written to" : "stay as they are",
  ];
  return table(
    [
      "",
      "ms until fresh",
      "received, kB",
      "CPU of the center, ms",
      "waited for a core, ms",
      "event loop",
      "the databases' files",
    ],
    [row("one host", hostRestart), row(`all ${hosts} at once`, allHostsRestart)],
  );
}

function spread(samples: readonly number[]): string {
  const { median, lowerQuartile, upperQuartile } = summarize(samples);
  return `${milliseconds(median)} (${milliseconds(lowerQuartile)} to ${milliseconds(upperQuartile)})`;
}

function delayOf({ p50, p99, max }: Delay): string {
  return [p50, p99, max].map(milliseconds).join(" / ");
}

function mebibytes(value: number): string {
  return `${Math.round(value)}`;
}

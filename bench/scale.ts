import { writeFileSync } from "node:fs";
import { withProgress } from "../lab/progress.ts";
import {
  type CenterRestart,
  compileWithAllToWrite,
  compileWithNothingToDo,
  measureIdle,
  measureOneMore,
  type OneMore,
  restartCenter,
  restartHosts,
} from "./scale-phases.ts";
import { describe } from "./scale-report.ts";
import { Site } from "./scale-site.ts";

/**
 * The center of a large cluster: real databases, real northd, the center in a process of its own; hosts without containers,
 * which do what real ones ask of it. To be run in a tree that has OVN: `make bench-scale`.
 */
const hosts = Number(process.env["SCALE_HOSTS"] ?? 200);
const networkCount = Number(process.env["SCALE_NETWORKS"] ?? 1_000);
const endpointCount = Number(process.env["SCALE_ENDPOINTS"] ?? 10_000);
const rounds = Number(process.env["ROUNDS"] ?? 60);
const results = "bench/scale.md";

/** How much of everything but the hosts is there when one more endpoint is measured. */
const shares = [0.01, 0.1, 1];
const restarts = 3;
const idleSeconds = 10;

process.once("SIGINT", () => process.exit(1));
process.once("SIGTERM", () => process.exit(1));
await using site = await Site.start(hosts);
const oneMore: OneMore[] = [];
for (const share of shares) {
  const networks = Math.max(2, networkCount * share);
  const endpoints = endpointCount * share;
  const title = `${networks} networks, ${endpoints} endpoints`;
  const { engine, cluster } = site;
  await withProgress(`Making ${title}`, () => engine.withoutNorthd(() => cluster.grow(networks, endpoints)));
  await withProgress("Waiting for northd", () => site.settled());
  oneMore.push(await withProgress(`Measuring one more, ${title}`, () => measureOneMore(site, rounds)));
}
const idle = await withProgress("Waiting", () => measureIdle(site, idleSeconds));
const compileNothing = await withProgress("Compiling everything, nothing to do", () =>
  compileWithNothingToDo(site),
);
const centerRestarts: CenterRestart[] = [];
for (let round = 0; round < restarts; round++)
  centerRestarts.push(await withProgress("Restarting the center", () => restartCenter(site)));
const [one] = site.hosts;
const hostRestart = await withProgress("Restarting a host", () => restartHosts(site, one ? [one] : []));
const allHostsRestart = await withProgress("Restarting all hosts", () => restartHosts(site, site.hosts));
const compileAll = await withProgress("Compiling everything, all to write", () =>
  compileWithAllToWrite(site),
);
const measured = { hosts, rounds, oneMore, idle, compileNothing, compileAll };
const report = describe({ ...measured, centerRestarts, hostRestart, allHostsRestart });
console.log(report);
for (const warning of site.center.takeWarnings()) console.log(`The center warned: ${warning}`);
writeFileSync(results, report);
console.log(`Written to ${results}.`);

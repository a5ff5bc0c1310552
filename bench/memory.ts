import { withProgress } from "../lab/progress.ts";
import { residentMiB } from "./scale-processes.ts";
import { Site } from "./scale-site.ts";

/**
 * What a large cluster takes of its center's memory: as `scale.ts` makes it, but of networks that one host has each. Prints it, and with
 * SNAPSHOT=FILE writes the center's heap to that file. To be run in a tree that has OVN: `make bench-memory`.
 */
const hosts = Number(process.env["SCALE_HOSTS"] ?? 200);
const networks = Number(process.env["SCALE_NETWORKS"] ?? 1_000);
const endpoints = Number(process.env["SCALE_ENDPOINTS"] ?? 10_000);
/** `cluster`: every engine has every network. */
const scope = process.env["SCOPE"] ?? "host";

process.once("SIGINT", () => process.exit(1));
process.once("SIGTERM", () => process.exit(1));
await using site = await Site.start(hosts);
const { center, engine, cluster } = site;
console.log(`${hosts} hosts: heap ${(await center.heapMiB()).toFixed(1)} MiB`);
await withProgress(`Making ${networks} networks, ${endpoints} endpoints`, () =>
  engine.withoutNorthd(() => cluster.growOnOneHostEach(networks, endpoints, { scope })),
);
await withProgress("Waiting for northd", () => site.settled(900_000));
const heap = await center.heapMiB(process.env["SNAPSHOT"]);
console.log(
  `${networks} networks, ${endpoints} endpoints: heap ${heap.toFixed(1)} MiB, resident ${residentMiB(center.pid).toFixed(0)} MiB`,
);

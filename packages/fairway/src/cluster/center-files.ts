import { readdir, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Config } from "../config/schema.ts";
import { livingProcess } from "../host/pid-file.ts";
import { centerDirectory } from "./center-certificate.ts";
import { southboundPlaces } from "./southbound-places.ts";
import { endSouthbound } from "./southbound-service.ts";

/** What a center and its processes make beside their sockets. */
const runFiles = [
  "intent.sock",
  "intent.ctl",
  "intent.pid",
  "intent.log",
  "southbound.sock",
  "southbound.pid",
  "api.sock",
];

/** Ends what outlives the center's own process: the process that lets hosts in, and a database server that did not end with it. */
export async function endCenterProcesses({ api, center }: Pick<Config, "api" | "center">): Promise<void> {
  const runDirectory = dirname(api.socket);
  await endSouthbound(southboundPlaces(center.authority, runDirectory).pidFile);
  const socket = join(runDirectory, "intent.sock");
  const pid = await livingProcess(join(runDirectory, "intent.pid"), (words) =>
    words.includes(`--remote=punix:${socket}`),
  );
  // Its database goes with it.
  if (pid !== undefined) process.kill(pid, "SIGKILL");
}

/** Removes what a center keeps on disk: the intent, the authorities with all that they certified, its sockets. May be repeated. */
export async function removeCenterFiles({ api, center }: Pick<Config, "api" | "center">): Promise<void> {
  const { database, authority } = center;
  const directory = dirname(database);
  const name = basename(database);
  const ofDatabase = (await readdir(directory).catch(() => [])).filter(
    (each) =>
      each === name ||
      each.startsWith(`${name}.`) ||
      (each.startsWith(`.${name}.`) && each.endsWith(".~lock~")),
  );
  for (const each of ofDatabase) await rm(join(directory, each), { force: true });
  for (const each of [authority, centerDirectory(authority)])
    await rm(each, { recursive: true, force: true });
  const runDirectory = dirname(api.socket);
  for (const each of [...runFiles.map((file) => join(runDirectory, file)), api.socket])
    await rm(each, { force: true });
  // What else is in there is somebody else's.
  await rmdir(runDirectory).catch(() => undefined);
}

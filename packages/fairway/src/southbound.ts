import { dirname } from "node:path";
import { setFlagsFromString } from "node:v8";
import { southboundPlaces } from "./cluster/southbound-places.ts";
import { serveHosts } from "./cluster/southbound-process.ts";
import { LevelledLogger } from "./config/logger.ts";
import type { Config } from "./config/schema.ts";
import { FairwayError } from "./errors.ts";
import { nameProcess } from "./host/process-name.ts";

/** `fairway southbound`: lets hosts in to OVN's Southbound until `signal` ends it. Throws `conflict` where another does so already. */
export async function runSouthbound(config: Config, signal: AbortSignal): Promise<void> {
  nameProcess("fairway-sb");
  setFlagsFromString("--optimize-for-size");
  const { authority, listen } = config.center;
  const [listener] = listen;
  if (listener === undefined)
    throw new FairwayError("conflict", "this machine is no center of others: `fairway init` makes it one");
  const logger = LevelledLogger.create(config.log).child({ part: "southbound" });
  const places = southboundPlaces(authority, dirname(config.api.socket));
  await serveHosts({ ...places, address: listener.address, logger }, signal);
}

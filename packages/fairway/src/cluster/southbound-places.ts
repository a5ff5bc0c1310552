import { join } from "node:path";
import { centerDirectory } from "./center-certificate.ts";

/** Where the center and the process that lets hosts in to the Southbound find each other. */
export interface SouthboundPlaces {
  /** Of the authorities. */
  readonly directory: string;
  /** The file of the hosts that are admitted; it outlives a reboot. */
  readonly admitted: string;
  readonly socket: string;
  readonly pidFile: string;
}

/** @param directory of the authorities. @param runDirectory where the API's socket is as well. */
export function southboundPlaces(directory: string, runDirectory: string): SouthboundPlaces {
  return {
    directory,
    admitted: join(centerDirectory(directory), "admitted.json"),
    socket: join(runDirectory, "southbound.sock"),
    pidFile: join(runDirectory, "southbound.pid"),
  };
}

import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { readIfThere, writePrivately } from "../host/files.ts";
import type { Entry } from "./configuration-file.ts";
import { stateDirectory } from "./files.ts";
import type { ChassisSettings, SslFiles } from "./open-vswitch.ts";

const directory = join(stateDirectory, "host");

/** What shows that this machine is a host: its key, its certificate, and the authority of the centers. */
export const hostFiles: SslFiles = {
  key: join(directory, "key.pem"),
  cert: join(directory, "cert.pem"),
  ca: join(directory, "ca.pem"),
};

/** What joining changed on this machine, so that leaving can undo it. */
export interface Membership {
  readonly name: string;
  /** The fingerprint of the key of the centers' authority. */
  readonly authority: string;
  /** The center's API: `https://ADDRESS:PORT`. */
  readonly api: string;
  readonly southbound: string;
  /** What stands in the configuration file because of it. */
  readonly configFile: string;
  readonly entries: readonly Entry[];
  /** What was set in Open vSwitch. */
  readonly settings: ChassisSettings;
}

const record = join(directory, "membership.json");

/** Undefined on a machine that is no host of any center. */
export async function readMembership(): Promise<Membership | undefined> {
  const text = await readIfThere(record);
  return text === undefined ? undefined : (JSON.parse(text) as Membership);
}

/** Before what it tells of is done: half of it is undone too. */
export async function writeMembership(membership: Membership): Promise<void> {
  await writePrivately(record, `${JSON.stringify(membership, null, 2)}\n`);
}

/** The key goes as well: who joins again is admitted anew. */
export async function forgetMembership(): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  // What else is in there is not the host's.
  await rmdir(stateDirectory).catch(() => undefined);
}

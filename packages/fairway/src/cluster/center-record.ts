import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { readIfThere, writePrivately } from "../host/files.ts";
import type { Entry } from "./configuration-file.ts";
import { stateDirectory } from "./files.ts";
import type { ChassisSettings } from "./open-vswitch.ts";

/** What `fairway init` changed on this machine, so that leaving can undo it. */
export interface CenterRecord {
  readonly name: string;
  /** What stands in the configuration file because of it. */
  readonly configFile: string;
  readonly entries: readonly Entry[];
  /** What was set in Open vSwitch. */
  readonly settings: ChassisSettings;
  /** By which OVN knows this machine. */
  readonly systemId: string;
  /** Whether it has begun to leave: there is no center to ask any more. */
  readonly isLeaving?: boolean;
}

const record = join(stateDirectory, "center.json");

/** Undefined on a machine that is no center, and on one that an earlier Fairway made, which kept no record. */
export async function readCenterRecord(): Promise<CenterRecord | undefined> {
  const text = await readIfThere(record);
  return text === undefined ? undefined : (JSON.parse(text) as CenterRecord);
}

/** Before what it tells of is done: half of it is undone too. What an earlier call set in Open vSwitch is remembered. */
export async function writeCenterRecord(written: CenterRecord): Promise<void> {
  const known = await readCenterRecord();
  const settings = { ...known?.settings, ...written.settings };
  await writePrivately(record, `${JSON.stringify({ ...written, settings }, null, 2)}\n`);
}

/** The last step of leaving. */
export async function forgetCenter(): Promise<void> {
  await rm(record, { force: true });
  // What else is in there is not the center's.
  await rmdir(stateDirectory).catch(() => undefined);
}

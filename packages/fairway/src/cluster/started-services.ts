import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readIfThere, writePrivately } from "../host/files.ts";
import { hasSystemd } from "../host/systemd.ts";
import { stateDirectory } from "./files.ts";
import { ensureService, type MachineServiceName, stopService } from "./machine-services.ts";
import { Steps } from "./steps.ts";

/** Which services of this machine run because Fairway started them. */
const record = join(stateDirectory, "services.json");

/** As `ensureService`, and remembers what it had to start. */
export async function provideService(name: MachineServiceName, steps: Steps): Promise<void> {
  if (!(await ensureService(name, steps))) return;
  const started = await readStarted();
  if (!started.includes(name)) await writePrivately(record, `${JSON.stringify([...started, name])}\n`);
}

/** At a boot without systemd nobody else starts them. What was adopted is started by whoever did so before. */
export async function startAgain(say: (line: string) => void): Promise<void> {
  if (hasSystemd()) return;
  for (const name of await readStarted()) await ensureService(name, new Steps(say));
}

/** Open vSwitch goes on: others may use it by now. */
export async function stopStarted(): Promise<void> {
  for (const name of await readStarted()) if (name !== "openVSwitch") await stopService(name);
  await rm(record, { force: true });
}

async function readStarted(): Promise<readonly MachineServiceName[]> {
  const text = await readIfThere(record);
  return text === undefined ? [] : (JSON.parse(text) as MachineServiceName[]);
}

import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeCgroups } from "./cgroups.ts";
import { LabError } from "./errors.ts";
import type { SmallDisk } from "./host/small-disk.ts";
import { endProcess, identifyProcess, isAlive, type ProcessIdentity, readLiveProcess } from "./identity.ts";

/** Where labs are on disk: a real file system, because Docker's data cannot lie on an overlay. */
export const labsDirectory = process.env["FAIRWAY_LAB_STATE"] ?? "/var/lib/fairway-lab";

export interface HostRecord {
  name: string;
  tree: string;
  address: string;
  isCenter: boolean;
  hasDocker: boolean;
  disk?: SmallDisk;
}

/** What is known about a lab on disk, enough to use and to end it from another process. */
export interface LabRecord {
  name: string;
  /** The process that started it. */
  owner: ProcessIdentity;
  /** Directory of the checkout that started it. */
  checkout: string;
  /** Whether it goes on when its owner ends, until `lab/down`. */
  keep: boolean;
  /** Who starts the hosts' daemons. */
  machines: "lab" | "systemd";
  hosts: HostRecord[];
  outside?: { tree: string; address: string };
  underlay: { tree: string };
}

export const labDirectory = (lab: string) => join(labsDirectory, lab);
export const machineDirectory = (lab: string, machine: string) => join(labsDirectory, lab, machine);
const recordFile = "lab.json";
const ending = ".ending";

/**
 * Makes a lab's directory with its record, all at once, so that a lab is never seen without one.
 *
 * @throws LabError `lab-exists`.
 */
export async function createRecord(record: LabRecord): Promise<void> {
  const prepared = join(labsDirectory, `.${record.name}-${process.pid}${ending}`);
  await rm(prepared, { recursive: true, force: true });
  await mkdir(prepared, { recursive: true });
  await writeFile(join(prepared, recordFile), JSON.stringify(record, null, 2));
  try {
    await rename(prepared, labDirectory(record.name));
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    const { checkout } = await readRecord(record.name).catch(() => record); // it may end meanwhile
    const whose = checkout === record.checkout ? "" : ` of ${checkout}`;
    const hint = `"lab/down ${record.name}" ends it`;
    throw new LabError("lab-exists", `There is a lab "${record.name}"${whose} already: ${hint}.`, {
      cause: error,
    });
  }
}

/** @throws LabError `no-such-lab`. */
export async function readRecord(name: string): Promise<LabRecord> {
  try {
    return JSON.parse(await readFile(join(labDirectory(name), recordFile), "utf8")) as LabRecord;
  } catch (error) {
    throw new LabError("no-such-lab", `There is no lab "${name}".`, { cause: error });
  }
}

export async function listLabs(): Promise<string[]> {
  const names = await readdir(labsDirectory).catch(() => []);
  return names.filter((name) => !name.startsWith(".")).sort();
}

/** Gives the labs that a checkout started and that go on by themselves: none that a running test has. */
export async function listKeptLabs(checkout: string): Promise<string[]> {
  const kept: string[] = [];
  for (const name of await listLabs()) {
    const record = await readRecord(name).catch(() => undefined); // another process may be removing it
    if (record?.keep && record.checkout === checkout) kept.push(name);
  }
  return kept;
}

/** Ends whatever runs of a lab and removes everything of it. Works from any process, and after a half-done attempt. */
export async function removeLab(name: string): Promise<void> {
  const directory = labDirectory(name);
  const machines = await readdir(directory).catch(() => []);
  await Promise.all(
    machines.map(async (machine) => {
      const init = readLiveProcess(join(directory, machine, "pid"));
      if (init) await endProcess(init);
    }),
  );
  await removeCgroups(name);
  // Until the rename nobody can start a lab of this name, so all of the above was this lab's.
  const doomed = join(labsDirectory, `.${name}-${process.pid}${ending}`);
  await rename(directory, doomed).catch(ignoreMissing);
  await rm(doomed, { recursive: true, force: true });
}

/** Removes what crashed runs left: labs whose owner has ended, and removals that did not finish. */
export async function sweepDeadLabs(): Promise<void> {
  for (const name of await listLabs()) {
    const record = await readRecord(name).catch(() => undefined); // another process may be removing it
    if (record && !isLiving(record)) await removeLab(name);
  }
  for (const entry of await readdir(labsDirectory).catch(() => [])) {
    const maker = /-(\d+)\.ending$/.exec(entry)?.[1];
    if (maker && !identifyProcess(Number(maker)))
      await rm(join(labsDirectory, entry), { recursive: true, force: true });
  }
}

/** Whether a lab goes on: who started it does, or it is to be kept and was not ended. */
export function isLiving({ name, owner, keep }: LabRecord): boolean {
  const hasUnderlay = readLiveProcess(join(machineDirectory(name, "underlay"), "pid")) !== undefined;
  return isAlive(owner) || (keep && hasUnderlay);
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}

import { existsSync, globSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { until } from "./until.ts";

const mountPoint = "/sys/fs/cgroup";

/** The cgroup in which a lab's containers are, below the root of each hierarchy. */
export const labCgroup = (lab: string) => `/fairway-lab/${lab}`;

/** Finds the lab's directory in every hierarchy: cgroup v1 has one per controller, v2 a single one. */
export function findCgroups(lab: string): string[] {
  return [mountPoint, ...globSync(`${mountPoint}/*`)]
    .map((hierarchy) => join(hierarchy, labCgroup(lab)))
    .filter((path) => existsSync(path));
}

/** Removes the lab's cgroups. The kernel gives them back some time after their last process has ended. */
export async function removeCgroups(lab: string): Promise<void> {
  for (const top of findCgroups(lab)) {
    const inner = globSync(`${top}/**/`).sort((a, b) => b.length - a.length);
    for (const path of [...inner, top]) {
      await until(`the cgroup ${path} to be empty`, () => tryRemove(path));
    }
    await rmdir(dirname(top)).catch(() => {}); // other labs may be in it
  }
}

async function tryRemove(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EBUSY") return false;
    if (code === "ENOENT") return true;
    throw error;
  }
}

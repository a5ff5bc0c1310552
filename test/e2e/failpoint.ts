import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../../lab/host/host.ts";

const file = "/run/fairway-failpoint";

/** Restarts a host's Fairway so that its failpoints can be armed. */
export async function allowFailpoints(host: Host): Promise<void> {
  await host.sh(`sed -i '1a export FAIRWAY_FAILPOINT=${file}' /usr/local/bin/fairway`);
  await host.daemon("fairway").kill();
  await host.daemon("fairway").start();
}

/** Lets Fairway fail once, as soon as it reaches the step: `endpoint:kill`. */
export async function arm(host: Host, failpoint: string): Promise<void> {
  await writeFile(join(host.rootPath, file), failpoint);
}

/** Whether it has struck: then its file is gone. */
export function hasStruck(host: Host): boolean {
  return !existsSync(join(host.rootPath, file));
}

/** Lets what stands at `STEP:pause` go on. */
export async function goOn(host: Host): Promise<void> {
  await rm(join(host.rootPath, file));
}

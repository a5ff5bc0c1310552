import { writeFile } from "node:fs/promises";
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

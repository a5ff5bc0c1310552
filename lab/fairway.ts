import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBundle } from "../scripts/bundle.ts";
import type { Host } from "./host/host.ts";
import type { Lab } from "./lab.ts";

/**
 * Runs Fairway of this checkout, bundled as it is shipped, on every host that has Docker. Where there are several, the center is made by `fairway
 * init`, and the others join it by `fairway join`, as a person would do it. Waits until each serves its engine and is known
 * to the center.
 */
export async function startFairway(lab: Lab, settings: FairwaySettings = {}): Promise<void> {
  const hosts = lab.hosts.filter((host) => host.hasDocker);
  const center = hosts.find((host) => host.isCenter);
  if (center === undefined) throw new Error("Fairway needs a center with Docker");
  for (const host of hosts) await configure(host, settings);
  if (hosts.length === 1) await center.daemon("fairway").start();
  else await initCenter(center);
  await Promise.all(hosts.filter((host) => host !== center).map((host) => joinCenter(host, center)));
  for (const host of hosts) await center.sh(untilKnown(host.name));
}

/** Keys of the configuration file. */
export type FairwaySettings = Readonly<Record<string, unknown>>;

/** Writes the configuration, and `fairway` into the search path. */
export async function configure(host: Host, settings: FairwaySettings): Promise<void> {
  await mkdir(join(host.rootPath, "/etc/fairway"), { recursive: true });
  const logged = { log: { level: "debug", format: "json" }, ...settings };
  await writeFile(join(host.rootPath, "/etc/fairway/fairway.yaml"), `${JSON.stringify(logged, null, 2)}\n`);
  const program = `#!/bin/sh\nexec ${process.execPath} ${await ensureBundle()}/fairway.mjs "$@"\n`;
  await writeFile(join(host.rootPath, "/usr/local/bin/fairway"), program, { mode: 0o755 });
}

/** What `fairway init` printed. */
export async function initCenter(center: Host, ...flags: string[]): Promise<string> {
  const { stdout } = await center.run(["fairway", "init", "--address", center.address, ...flags]);
  await center.daemon("fairway").start();
  return stdout;
}

/** What `fairway join` printed, with a token of its own. */
export async function joinCenter(host: Host, center: Host, ...flags: string[]): Promise<string> {
  const { stdout } = await center.run(["fairway", "token", "create", "-o", "json"]);
  const { token }: { token: string } = JSON.parse(stdout);
  await leavePlainSouthbound(host);
  const joined = await host.run(["fairway", "join", center.address, "--token", token, ...flags]);
  await host.daemon("fairway").start();
  return joined.stdout;
}

/** The lab's hosts reach OVN's Southbound by plain TCP until somebody says otherwise; `fairway join` would name the conflict. */
export async function leavePlainSouthbound(host: Host): Promise<void> {
  await host.sh("ovs-vsctl remove open_vswitch . external_ids ovn-remote");
}

/** Ends when the host has registered: until then its engine's calls would have to wait. */
function untilKnown(name: string): string {
  return `for _ in $(seq 200); do fairway host show ${name} >/dev/null 2>&1 && exit 0; sleep 0.1; done
    fairway host show ${name}; tail -20 /var/log/fairway.log; exit 1`;
}

import { readFile, writeFile } from "node:fs/promises";
import { runCommand } from "../../lab/command.ts";
import { environment } from "../../lab/host/enter.ts";
import type { SystemdHost } from "../../lab/host/systemd-host.ts";

/**
 * Installs packages of Debian on a machine of the lab, by the outer machine's network, for the lab has no way to a mirror. Their services are not
 * started.
 */
export async function installFromMirror(host: SystemdHost, ...packages: readonly string[]): Promise<void> {
  const resolvConf = `${host.rootPath}/etc/resolv.conf`;
  const before = await readFile(resolvConf, "utf8");
  await writeFile(resolvConf, await readFile("/etc/resolv.conf", "utf8"));
  try {
    const script = `printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
      trap 'rm /usr/sbin/policy-rc.d' EXIT
      apt-get update && apt-get install --yes --no-install-recommends ${packages.join(" ")}`;
    const env = { ...environment, DEBIAN_FRONTEND: "noninteractive" };
    await runCommand(
      ["nsenter", "--target", String(host.pid), "--mount", "--pid", "--", "sh", "-ec", script],
      {
        env,
        timeoutMs: 240_000,
      },
    );
  } finally {
    await writeFile(resolvConf, before);
  }
}

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBundle } from "../scripts/bundle.ts";
import type { Host } from "./host/host.ts";
import type { Lab } from "./lab.ts";

const certificates = "/etc/fairway/certificates";
const apiPort = 6640;

/**
 * Runs Fairway of this checkout, bundled as it is shipped, on every host that has Docker: the center first, then the others, which reach its API by
 * mutual TLS. Waits until each serves its engine and is known to the center.
 */
export async function startFairway(lab: Lab, settings: FairwaySettings = {}): Promise<void> {
  const hosts = lab.hosts.filter((host) => host.hasDocker);
  const center = hosts.find((host) => host.isCenter);
  if (center === undefined) throw new Error("Fairway needs a center with Docker");
  const others = hosts.filter((host) => host !== center);
  if (others.length > 0) await makeAuthority(center);
  for (const host of others) await giveCertificate(center, host);
  if (others.length > 0) await giveCertificate(center, center);
  await configure(center, {
    ...settings,
    ...(others.length === 0
      ? {}
      : { center: { listen: [{ address: center.address, port: apiPort, ...files }] } }),
  });
  await center.daemon("fairway").start();
  await Promise.all(
    others.map(async (host) => {
      const api = { target: `https://${center.address}:${apiPort}`, ...files };
      await configure(host, { ...settings, center: { enabled: false }, api });
      await host.daemon("fairway").start();
    }),
  );
  for (const host of hosts) await center.sh(untilKnown(host.name));
}

/** Keys of the configuration file. */
export type FairwaySettings = Readonly<Record<string, unknown>>;

const files = {
  ca: `${certificates}/ca.pem`,
  cert: `${certificates}/cert.pem`,
  key: `${certificates}/key.pem`,
};

/** Writes the configuration, and `fairway` into the search path. */
async function configure(host: Host, settings: FairwaySettings): Promise<void> {
  await mkdir(join(host.rootPath, "/etc/fairway"), { recursive: true });
  const logged = { log: { level: "debug", format: "json" }, ...settings };
  await writeFile(join(host.rootPath, "/etc/fairway/fairway.yaml"), `${JSON.stringify(logged, null, 2)}\n`);
  const program = `#!/bin/sh\nexec ${process.execPath} ${await ensureBundle()}/fairway.mjs "$@"\n`;
  await writeFile(join(host.rootPath, "/usr/local/bin/fairway"), program, { mode: 0o755 });
}

async function makeAuthority(center: Host): Promise<void> {
  await center.sh(`
    mkdir -p -m 700 ${certificates}; cd ${certificates}
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=lab' \
      -keyout authority.key -out ca.pem 2>/dev/null`);
}

/** A certificate of its own for the host, with its name as subject and its address as alternative name. */
async function giveCertificate(center: Host, host: Host): Promise<void> {
  await center.sh(`
    cd ${certificates}; mkdir -p ${host.name}
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=${host.name}' \
      -keyout ${host.name}/key.pem -out ${host.name}/request.pem 2>/dev/null
    printf 'subjectAltName=IP:${host.address},DNS:${host.name}\\n' >${host.name}/extensions
    openssl x509 -req -in ${host.name}/request.pem -CA ca.pem -CAkey authority.key -CAcreateserial -days 2 \
      -extfile ${host.name}/extensions -out ${host.name}/cert.pem 2>/dev/null`);
  const source = join(center.rootPath, certificates);
  const target = join(host.rootPath, certificates);
  await mkdir(target, { recursive: true, mode: 0o700 });
  await writeFile(join(target, "ca.pem"), await readFile(join(source, "ca.pem")));
  for (const name of ["key.pem", "cert.pem"])
    await writeFile(join(target, name), await readFile(join(source, host.name, name)), { mode: 0o600 });
}

/** Ends when the host has registered: until then its engine's calls would have to wait. */
function untilKnown(name: string): string {
  return `for _ in $(seq 200); do fairway host show ${name} >/dev/null 2>&1 && exit 0; sleep 0.1; done
    fairway host show ${name}; tail -20 /var/log/fairway.log; exit 1`;
}

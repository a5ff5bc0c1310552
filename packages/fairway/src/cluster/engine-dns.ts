import { FairwayError } from "../errors.ts";
import { readIfThere, writePublicly } from "./files.ts";

/** Docker's configuration (dockerd(8)). */
const daemonFile = "/etc/docker/daemon.json";

/** Where each host's agent answers its containers (docs/names.md). */
const nameServer = "169.254.53.53";

/**
 * Names of containers on other hosts are found where Docker's `dns` setting names the agent. It is somebody else's file:
 * it is changed only by `change`.
 * @returns what a person still has to do
 */
export async function offerNames(change: boolean, file = daemonFile): Promise<readonly string[]> {
  const settings = parse(file, (await readIfThere(file)) ?? "{}");
  const servers = settings["dns"];
  if (Array.isArray(servers) && servers.includes(nameServer)) return [];
  const present = Array.isArray(servers) ? servers : [];
  const restart = "restart Docker, e.g. systemctl restart docker";
  if (!change)
    return [
      `Containers find names of other hosts once Docker asks ${nameServer}: put "dns": ["${nameServer}"] into ` +
        `${file} (or give --dns here), then ${restart}.`,
    ];
  await writePublicly(file, `${JSON.stringify({ ...settings, dns: [nameServer, ...present] }, null, 2)}\n`);
  return [`Docker's setting "dns" names ${nameServer} now; it takes effect when you ${restart}.`];
}

function parse(file: string, text: string): Record<string, unknown> {
  try {
    const settings: unknown = JSON.parse(text);
    if (typeof settings === "object" && settings !== null && !Array.isArray(settings))
      return settings as Record<string, unknown>;
  } catch (cause) {
    throw new FairwayError("conflict", `${file} is not JSON; mend it first`, { cause });
  }
  throw new FairwayError("conflict", `${file} must be a JSON object; mend it first`);
}

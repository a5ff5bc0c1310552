import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";

/** The host's own file. */
export const resolvConfFile = "/etc/resolv.conf";

/** What systemd-resolved really asks, where that file names its stub (systemd-resolved.service(8)). */
export const resolvConfBehindStub = "/run/systemd/resolve/resolv.conf";

/** As many as the C library uses (resolv.conf(5), MAXNS). */
const mostServers = 3;

/** The servers of a host's resolv.conf(5); read again when the file changes. */
export class ResolvConf {
  readonly #path: string;
  readonly #except: string;
  #readAt = "";
  #servers: readonly string[] = [];

  /** @param except an address that is never a server: our own, to which a question would come back. */
  constructor(path: string, except: string) {
    this.#path = path;
    this.#except = except;
  }

  /** None where the file names none, or where there is no file. */
  async servers(): Promise<readonly string[]> {
    try {
      const { mtimeMs, ino } = await stat(this.#path);
      const version = `${ino} ${mtimeMs}`;
      if (version !== this.#readAt) {
        this.#servers = serversOf(await readFile(this.#path, "utf8"), this.#except);
        this.#readAt = version;
      }
      return this.#servers;
    } catch {
      this.#readAt = "";
      return [];
    }
  }
}

/** The servers of the first file that names one beyond this host's loopback link, and of those all that are: a container has another link. */
export async function serversBeyondHost(files: readonly ResolvConf[]): Promise<readonly string[]> {
  for (const file of files) {
    const servers = (await file.servers()).filter(isBeyondHost);
    if (servers.length > 0) return servers;
  }
  return [];
}

/** Whether an address is neither on a loopback link nor of one link alone. */
export function isBeyondHost(server: string): boolean {
  return isIP(server) !== 0 && !/^127\.|^::1$|^fe80:|%/i.test(server);
}

function serversOf(text: string, except: string): string[] {
  return [...text.matchAll(/^\s*nameserver[ \t]+([0-9A-Fa-f.:]+(?:%\S+)?)/gm)]
    .map(([, server = ""]) => server)
    .filter((server) => server !== except)
    .slice(0, mostServers);
}

import { readdir, readFile, readlink } from "node:fs/promises";

/** Whoever has a port of this machine. */
export interface PortOwner {
  readonly pid: number;
  /** The program's name, at most 15 characters (proc(5), `comm`). */
  readonly program: string;
}

/** A TCP socket that waits for connections; every other protocol's sockets have one state alone. */
const listening = "0A";

/** Looks for the process that has a port in this network namespace; undefined where none of this machine's has. */
export async function portOwner(
  protocol: "tcp" | "udp" | "sctp",
  port: number,
): Promise<PortOwner | undefined> {
  const inodes = new Set<string>();
  for (const table of protocol === "sctp" ? ["sctp/eps"] : [protocol, `${protocol}6`])
    for (const inode of inodesIn(await readText(`/proc/net/${table}`), protocol, port)) inodes.add(inode);
  if (inodes.size === 0) return undefined;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry) || !(await holdsOne(entry, inodes))) continue;
    return { pid: Number(entry), program: (await readText(`/proc/${entry}/comm`)).trim() };
  }
  return undefined;
}

/** Lines of `/proc/net/tcp` and its like: number, local address:port in hexadecimal, remote, state, … inode in the tenth column. */
function inodesIn(text: string, protocol: string, port: number): string[] {
  const rows = text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  if (protocol === "sctp")
    // ENDPT SOCK STY SST HBKT LPORT UID INODE LADDRS
    return rows.flatMap((columns) => (Number(columns[5]) === port ? (columns[7] ?? []) : []));
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return rows.flatMap(([, local = "", , state, , , , , , inode]) =>
    local.endsWith(`:${wanted}`) && (protocol === "udp" || state === listening) ? (inode ?? []) : [],
  );
}

async function holdsOne(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  for (const fd of await readdir(directory).catch(() => [])) {
    const target = await readlink(`${directory}/${fd}`).catch(() => "");
    if (inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "")) return true;
  }
  return false;
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

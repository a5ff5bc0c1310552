import { readFileSync, writeFileSync } from "node:fs";
import { command } from "../../host/program.ts";

/** What an interface takes over from another one by which the host was reached until then (ip-sysctl in the kernel's documentation). */
const settings = [
  "ipv6/conf/*/disable_ipv6",
  "ipv6/conf/*/accept_ra",
  "ipv6/conf/*/autoconf",
  "ipv6/conf/*/addr_gen_mode",
  "ipv4/conf/*/rp_filter",
] as const;

/** Those of a link, by their names; what the kernel does not know is left out. */
export function readSettings(link: string): Record<string, string> {
  return Object.fromEntries(
    settings.flatMap((name) => {
      const value = read(pathOf(name, link));
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Gives them to a link; what it refuses stays. */
export function applySettings(link: string, values: Readonly<Record<string, string>>): void {
  for (const name of settings) {
    const value = values[name];
    if (value !== undefined && read(pathOf(name, link)) !== value) write(pathOf(name, link), value);
  }
}

/**
 * A NIC whose frames are a bridge's: the host is not on the wire by it any more. In user space the kernel gets a copy of each frame, and would
 * answer it a second time.
 * @param bridge names the table of nftables.
 */
export async function silence(nic: string, bridge: string, datapathType: string): Promise<void> {
  applySettings(nic, { "ipv6/conf/*/disable_ipv6": "1" });
  if (datapathType !== "netdev") return;
  const table = `table netdev ${bridge}`;
  const chain = `type filter hook ingress device "${nic}" priority 0; policy drop;`;
  await command("nft", ["-f", "-"], {
    input: `${table}\ndelete ${table}\n${table} {\n  chain nic { ${chain} }\n}\n`,
  });
}

/** The kernel sees the NIC's frames again. */
export async function unsilence(bridge: string, datapathType: string): Promise<void> {
  if (datapathType !== "netdev") return;
  const table = `table netdev ${bridge}`;
  await command("nft", ["-f", "-"], { input: `${table}\ndelete ${table}\n` });
}

function pathOf(name: string, link: string): string {
  return `/proc/sys/net/${name.replace("*", link)}`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

function write(path: string, value: string): void {
  try {
    writeFileSync(path, value);
  } catch {
    // A kernel without that family, or a link that is gone meanwhile.
  }
}

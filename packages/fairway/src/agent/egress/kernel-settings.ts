import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Family } from "../../ip.ts";

/** These are no files on a disk: reading and writing them takes the kernel some microseconds. */
const root = "/proc/sys/net";

/** Settings of the kernel (ip-sysctl in its documentation) that a leg needs, written only where they differ. */
export function prepareLeg(name: string, families: ReadonlySet<Family>): void {
  // The kernel takes the stricter of `all` and the interface's; 1 would drop what comes back by another table.
  set(`ipv4/conf/${name}/rp_filter`, read("ipv4/conf/all/rp_filter") === "1" ? "2" : "0");
  set(`ipv4/conf/${name}/route_localnet`, "1");
  if (!families.has(6)) return;
  set(`ipv6/conf/${name}/disable_ipv6`, "0");
  set(`ipv6/conf/${name}/accept_dad`, "0");
  set(`ipv6/conf/${name}/accept_ra`, "0");
}

/** A link on which nobody is: no addresses of its own, and nobody to be greeted. */
export function prepareAfar(name: string): void {
  set(`ipv6/conf/${name}/disable_ipv6`, "0");
  set(`ipv6/conf/${name}/addr_gen_mode`, "1");
  set(`ipv6/conf/${name}/accept_ra`, "0");
}

/** The host forwards. An interface that has its routes from router advertisements goes on to take them. */
export function enableForwarding(families: ReadonlySet<Family>): void {
  if (families.has(4)) set("ipv4/ip_forward", "1");
  if (!families.has(6) || read("ipv6/conf/all/forwarding") === "1") return;
  for (const name of readdirSync(`${root}/ipv6/conf`)) {
    const acceptRa = `ipv6/conf/${name}/accept_ra`;
    if (name !== "all" && name !== "default" && read(acceptRa) === "1") set(acceptRa, "2");
  }
  set("ipv6/conf/all/forwarding", "1");
}

function read(path: string): string | undefined {
  try {
    return readFileSync(`${root}/${path}`, "utf8").trim();
  } catch {
    // An interface that is gone, or a kernel without IPv6.
    return undefined;
  }
}

/** What cannot be set is not there. */
function set(path: string, value: string): void {
  const known = read(path);
  if (known !== undefined && known !== value) writeFileSync(`${root}/${path}`, value);
}

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Family } from "../../ip.ts";
import { uplinkPrefix } from "../ports/interface-names.ts";
import { isHostEnd, isPairEnd } from "../ports/link-names.ts";

/** These are no files on a disk: reading and writing them takes the kernel some microseconds. */
const root = "/proc/sys/net";

/**
 * Settings of the kernel (ip-sysctl in its documentation) that an uplink needs, written only where they differ.
 * @param isOnWire whether routers that are nobody's of ours may be heard there: OVN drops no advertisement by a rule. The host takes no address and no
 *   route from them.
 */
export function prepareUplink(name: string, families: ReadonlySet<Family>, isOnWire: boolean): void {
  // The kernel takes the stricter of `all` and the interface's; 1 would drop what comes back by another table.
  set(`ipv4/conf/${name}/rp_filter`, read("ipv4/conf/all/rp_filter") === "1" ? "2" : "0");
  set(`ipv4/conf/${name}/route_localnet`, "1");
  if (!families.has(6)) {
    if (isOnWire) set(`ipv6/conf/${name}/disable_ipv6`, "1");
    return;
  }
  set(`ipv6/conf/${name}/accept_ra`, "0");
  set(`ipv6/conf/${name}/accept_dad`, "0");
  set(`ipv6/conf/${name}/disable_ipv6`, "0");
}

/** A link on which nobody is: no addresses of its own, and nobody to be greeted. */
export function prepareSink(name: string): void {
  set(`ipv6/conf/${name}/disable_ipv6`, "0");
  set(`ipv6/conf/${name}/addr_gen_mode`, "1");
  set(`ipv6/conf/${name}/accept_ra`, "0");
}

/**
 * The host forwards for its containers, and for nobody else: an interface that did not forward IPv6 does not from now on either, and goes on
 * to take its routes from router advertisements. The kernel asks the setting of all interfaces alone; our table asks each one's.
 */
export function enableForwarding(families: ReadonlySet<Family>): void {
  if (families.has(4)) set("ipv4/ip_forward", "1");
  if (!families.has(6) || read("ipv6/conf/all/forwarding") !== "0") return;
  const still = ["default", ...interfaces()].filter((name) => read(forwarding(name)) === "0");
  const autoconfigured = still.filter((name) => read(`ipv6/conf/${name}/accept_ra`) === "1");
  // Or the kernel would forget the routes that it has from routers.
  for (const name of autoconfigured) set(`ipv6/conf/${name}/accept_ra`, "2");
  set("ipv6/conf/all/forwarding", "1");
  for (const name of still) set(forwarding(name), "0");
  for (const name of autoconfigured) set(`ipv6/conf/${name}/accept_ra`, "1");
}

/** Undoes that, unless somebody else has made the host forward since. */
export function endForwarding(): void {
  if (read("ipv6/conf/all/forwarding") !== "1") return;
  if (["default", ...interfaces()].every((name) => read(forwarding(name)) !== "1"))
    set("ipv6/conf/all/forwarding", "0");
}

/** The interfaces that forward no IPv6 although the host does; without those that belong to a bridge or to one of our containers. */
export function notForwarding(): readonly string[] {
  if (read("ipv6/conf/all/forwarding") !== "1") return [];
  return interfaces().filter(
    (name) =>
      name !== "lo" &&
      !isHostEnd(name) &&
      !isPairEnd(name) &&
      read(forwarding(name)) === "0" &&
      !existsSync(`/sys/class/net/${name}/master`),
  );
}

const forwarding = (name: string): string => `ipv6/conf/${name}/forwarding`;

function interfaces(): readonly string[] {
  try {
    return readdirSync(`${root}/ipv6/conf`).filter(
      (name) => name !== "all" && name !== "default" && !name.startsWith(uplinkPrefix),
    );
  } catch {
    // A kernel without IPv6.
    return [];
  }
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

import { createHash } from "node:crypto";

/** Names of the interfaces that Fairway makes on a host beside containers' links. */

/**
 * Every uplink's name begins with it, so that one rule of a firewall can mean all of them. It stays what it was when uplinks were called
 * legs: people have it in rules of their own (`fw-leg*`), as `obstacles.ts` tells them to.
 */
export const uplinkPrefix = "fw-leg";

const providerBridgePrefix = "fw-br";

/** The link behind which nobody is: to it lead the networks on which this host has no container. */
export const sinkName = "fw-sink";

/** What that link was called by an earlier Fairway. */
export const formerSinkName = "fw-afar";

/** An uplink is for the containers of a network, or by it the host itself reaches those on other hosts. */
interface NamedUplink {
  readonly kind: "uplink" | "host-access";
  readonly network: string;
}

/** What follows the prefix; no hexadecimal digit, so that both of a network differ. */
const mark = { uplink: "", "host-access": "h" } as const satisfies Record<NamedUplink["kind"], string>;

/** The name of a network's uplink: the same for the same network, always; the kernel allows 15 characters (`IFNAMSIZ`). */
export function uplinkName({ kind, network }: NamedUplink): string {
  return `${uplinkPrefix}${mark[kind]}${createHash("sha256").update(network).digest("hex").slice(0, 8)}`;
}

/** The name of the bridge of ours by which a host is on a physical network. @param physicalNetwork its UUID. */
export function providerBridgeName(physicalNetwork: string): string {
  return `${providerBridgePrefix}${createHash("sha256").update(physicalNetwork).digest("hex").slice(0, 8)}`;
}

/** The name of the port of ours that is one end of a network's VXLAN tunnel to a peer, by a UDP port. */
export function vxlanPortName(network: string, port: number, peer: string): string {
  return `fwx${createHash("sha256").update(`${network} ${port} ${peer}`).digest("hex").slice(0, 10)}`;
}

const made = `${uplinkPrefix}(${Object.values(mark).join("|")})|${providerBridgePrefix}`;
const namePattern = new RegExp(`^(${made})[0-9a-f]{8}$`);

/** Whether an interface has a name under which Open vSwitch makes one for us: an uplink's, or that of a bridge of ours. */
export function isInternalName(name: string): boolean {
  return namePattern.test(name);
}

/** Whether an interface bears addresses that Fairway gave it, and none of the host's own. */
export function hasOurAddresses(name: string): boolean {
  return name.startsWith(uplinkPrefix) || name === sinkName;
}

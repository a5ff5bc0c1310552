import { existsSync } from "node:fs";
import { FairwayError } from "../../errors.ts";
import { readIfThere } from "../../host/files.ts";

/**
 * Throws `conflict` where somebody else on this host has the UDP port of VXLAN tunnels, e.g. Docker's own overlay networks: what comes there is for one of
 * both. Open vSwitch's own end in the kernel is a link that tells its port by its name.
 */
export async function checkVxlanPort(port: number): Promise<void> {
  if (existsSync(`/sys/class/net/vxlan_sys_${port}`)) return;
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const sockets = await Promise.all(["udp", "udp6"].map((family) => readIfThere(`/proc/net/${family}`)));
  const isTaken = sockets.some((text = "") => new RegExp(`^\\s*\\d+: [0-9A-F]+:${hexPort} `, "m").test(text));
  if (isTaken)
    throw new FairwayError(
      "conflict",
      `UDP port ${port} is somebody else's on this host, e.g. Docker's overlay networks'; give the physical network a port of its own: ` +
        "`fairway physical-network update NAME --tunnel-port 8472`, and its peers the same",
    );
}

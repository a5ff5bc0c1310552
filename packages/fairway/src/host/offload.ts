import { FairwayError } from "../errors.ts";
import { close, ioctl, ioctlHere, lastError, readEthtoolValue, socket } from "./libc.ts";

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 0x80002;
const SIOCETHTOOL = 0x8946;
const ETHTOOL_GTXCSUM = 0x16;
const ETHTOOL_STXCSUM = 0x17;

/**
 * Switches transmit checksum offload off on a link of this namespace, as `ethtool -K LINK tx off` does. Open vSwitch's
 * userspace datapath forwards frames whose checksum the kernel meant to fill in later: TCP and UDP vanish while ping works. Both ends
 * of a veth pair need it; the setting goes with the link into the container.
 * @returns false where this namespace has no such link (any more).
 */
export async function disableTransmitChecksumOffload(link: string): Promise<boolean> {
  const fd = openSocket();
  try {
    const request = { name: link, data: { command: ETHTOOL_STXCSUM, data: 0 }, reserved: "" } as const;
    if ((await ioctl(fd, SIOCETHTOOL, request)) === 0) return true;
    // Once more on this thread, whose errno can be read.
    if (ioctlHere(fd, SIOCETHTOOL, request) === 0) return true;
    if (lastError() === "ENODEV") return false;
    throw new FairwayError(
      "internal",
      `Could not switch transmit checksum offload off on ${link}: ${lastError()}`,
    );
  } finally {
    close(fd);
  }
}

/** Whether a link of this namespace offloads transmit checksums; undefined where there is no such link (any more). */
export function offloadsTransmitChecksum(link: string): boolean | undefined {
  const fd = openSocket();
  try {
    const value = readEthtoolValue(fd, SIOCETHTOOL, link, ETHTOOL_GTXCSUM);
    return value === undefined ? undefined : value !== 0;
  } finally {
    close(fd);
  }
}

function openSocket(): number {
  const fd = socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
  if (fd < 0) throw new FairwayError("unsupported", `The kernel gave no socket: ${lastError()}`);
  return fd;
}

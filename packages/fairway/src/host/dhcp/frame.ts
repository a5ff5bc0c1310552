import { ipBytes } from "../netlink/address.ts";
import { macBytes, macText } from "../netlink/link.ts";
import { checksum, type Instruction, words } from "../packet-socket.ts";

/** DHCP's messages as whole Ethernet frames (RFC 2131 §4.1): a client has no address yet that a socket of UDP could have. */

const ipv4 = 0x0800;
const udp = 17;
const [serverPort, clientPort] = [67, 68];
const [ethernetLength, ipLength, udpLength] = [14, 20, 8];
const timeToLive = 64;

/** To everybody on the link, from nobody. */
export const everybody = { mac: "ff:ff:ff:ff:ff:ff", ip: "255.255.255.255" } as const;
export const nobody = "0.0.0.0";

/** Lets through what is for a DHCP client's port, and is no later fragment. */
export const toClients: readonly Instruction[] = [
  [0x28, 12],
  [0x15, ipv4, 0, 8],
  [0x30, 23],
  [0x15, udp, 0, 6],
  [0x28, 20],
  [0x45, 0x1fff, 4, 0],
  // The header of IP is as long as it says.
  [0xb1, 14],
  [0x48, 16],
  [0x15, clientPort, 0, 1],
  [0x06, 0xffff],
  [0x06, 0],
];

interface Route {
  readonly from: { readonly mac: string; readonly ip: string };
  readonly to: { readonly mac: string; readonly ip: string };
}

/** A client's message to a server, without a tag. */
export function clientFrame({ from, to }: Route, message: Buffer): Buffer {
  const [source, target] = [ipBytes(from.ip), ipBytes(to.ip)];
  const udpWhole = udpLength + message.length;
  const udpHeader = words(clientPort, serverPort, udpWhole, 0);
  const pseudoHeader = Buffer.concat([source, target, words(udp, udpWhole)]);
  // A sum of 0 would say that there is none (RFC 768).
  const sum = checksum(Buffer.concat([pseudoHeader, udpHeader, message])) || 0xffff;
  udpHeader.writeUInt16BE(sum, 6);
  const ipHeader = Buffer.concat([
    words(0x4500, ipLength + udpWhole, 0, 0, (timeToLive << 8) | udp, 0),
    source,
    target,
  ]);
  ipHeader.writeUInt16BE(checksum(ipHeader), 10);
  return Buffer.concat([macBytes(to.mac), macBytes(from.mac), words(ipv4), ipHeader, udpHeader, message]);
}

/** What a server sends to a client's port, and the MAC address by which it came; undefined where it is cut off. */
export function readServerFrame(
  frame: Buffer,
): { readonly mac: string; readonly message: Buffer } | undefined {
  if (frame.length < ethernetLength + ipLength + udpLength) return undefined;
  const udpAt = ethernetLength + 4 * ((frame[ethernetLength] ?? 0) & 0x0f);
  if (frame.length < udpAt + udpLength) return undefined;
  const length = frame.readUInt16BE(udpAt + 4);
  if (length < udpLength || udpAt + length > frame.length) return undefined;
  return {
    mac: macText(frame.subarray(6, 12)),
    message: frame.subarray(udpAt + udpLength, udpAt + length),
  };
}

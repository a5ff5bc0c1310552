import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { FairwayError } from "../../errors.ts";
import { bind, close, lastError, setsockopt, socket } from "../../host/libc.ts";
import { addressFamily, ipBytes } from "../../host/netlink/address.ts";
import { familyOf } from "../../ip.ts";

/**
 * Sockets that belong to one uplink. Equal CIDRs make a source address ambiguous, so the uplink is what tells the network: the kernel
 * hands a socket that is bound to a device what came in there alone (SO_BINDTODEVICE, socket(7)), and the mark (SO_MARK) sends
 * the answer by that uplink's routing table. Node sets neither; both take a descriptor that is made here.
 */

/** An uplink as the name server needs it. */
export interface UplinkDevice {
  /** The interface on the host. */
  readonly device: string;
  /** The mark whose routing table leads back by this uplink; 0 where there is none. */
  readonly mark: number;
}

export interface Listening {
  readonly address: string;
  readonly port: number;
}

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC_NONBLOCK = 0x80800;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
/** Lets a socket bind to an address that is nobody's yet, or another machine's, and send from it (ip(7)). */
const IP_TRANSPARENT = 19;
const IPV6_TRANSPARENT = 75;
const IPV6_V6ONLY = 26;

/** @throws `unavailable` where the device is not there, or the address is taken. */
export async function openUplinkDatagrams(uplink: UplinkDevice, at: Listening): Promise<Socket> {
  const datagrams = createSocket(familyOf(at.address) === 4 ? "udp4" : "udp6");
  const fd = boundDescriptor(SOCK_DGRAM, uplink, at);
  const listening = once(datagrams, "listening");
  datagrams.bind({ fd });
  await listening;
  return datagrams;
}

/** The same for connections. Those that are accepted inherit device and mark. */
export async function openUplinkConnections(uplink: UplinkDevice, at: Listening): Promise<Server> {
  const server = createServer();
  const fd = boundDescriptor(SOCK_STREAM, uplink, at);
  const listening = once(server, "listening");
  server.listen({ fd });
  await listening;
  return server;
}

function boundDescriptor(type: number, { device, mark }: UplinkDevice, { address, port }: Listening): number {
  const family = familyOf(address);
  const fd = socket(addressFamily[family], type | SOCK_CLOEXEC_NONBLOCK, 0);
  const refuse = (doing: string): never => {
    const reason = lastError();
    if (fd >= 0) close(fd);
    throw new FairwayError("unavailable", `Names are not served on ${device}: ${doing}: ${reason}`);
  };
  const set = (level: number, option: number, value: Buffer, doing: string) => {
    if (setsockopt(fd, level, option, value, value.length) !== 0) refuse(doing);
  };
  if (fd < 0) refuse("no socket");
  set(SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`), "no such device");
  set(SOL_SOCKET, SO_MARK, word(mark), `mark ${mark} was not set`);
  set(SOL_SOCKET, SO_REUSEADDR, word(1), "the address cannot be shared");
  const where = family === 4 ? `${address}:${port}` : `[${address}]:${port}`;
  if (family === 4) set(IPPROTO_IP, IP_TRANSPARENT, word(1), `${where} cannot be bound`);
  else {
    set(IPPROTO_IPV6, IPV6_TRANSPARENT, word(1), `${where} cannot be bound`);
    set(IPPROTO_IPV6, IPV6_V6ONLY, word(1), `${where} cannot be bound`);
  }
  const name = socketAddress(address, port);
  if (bind(fd, name, name.length) !== 0) refuse(`${where} cannot be bound`);
  return fd;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** `struct sockaddr_in` (ip(7)) or `struct sockaddr_in6` (ipv6(7)). */
function socketAddress(address: string, port: number): Buffer {
  const family = familyOf(address);
  const bytes = Buffer.alloc(family === 4 ? 16 : 28);
  bytes.writeUInt16LE(addressFamily[family], 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(ipBytes(address), family === 4 ? 4 : 8);
  return bytes;
}

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { FairwayError } from "../../errors.ts";
import { bind, close, lastError, setsockopt, socket } from "../libc.ts";

/**
 * Sockets that belong to one leg. Equal CIDRs make a source address ambiguous, so the leg is what tells the network: the kernel
 * hands a socket that is bound to a device what came in there alone (SO_BINDTODEVICE, socket(7)), and the mark (SO_MARK) sends
 * the answer by that leg's routing table. Node sets neither; both take a descriptor that is made here.
 */

/** A leg as the name server needs it. */
export interface LegDevice {
  /** The interface on the host. */
  readonly device: string;
  /** The mark whose routing table leads back by this leg; 0 where there is none. */
  readonly mark: number;
}

export interface Listening {
  /** IPv4. */
  readonly address: string;
  readonly port: number;
}

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC_NONBLOCK = 0x80800;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
const IPPROTO_IP = 0;
/** Lets a socket bind before the address is there (ip(7)). */
const IP_FREEBIND = 15;

/** @throws `unavailable` where the device is not there, or the address is taken. */
export async function openLegDatagrams(leg: LegDevice, at: Listening): Promise<Socket> {
  const datagrams = createSocket("udp4");
  const fd = boundDescriptor(SOCK_DGRAM, leg, at);
  const listening = once(datagrams, "listening");
  datagrams.bind({ fd });
  await listening;
  return datagrams;
}

/** The same for connections. Those that are accepted inherit device and mark. */
export async function openLegConnections(leg: LegDevice, at: Listening): Promise<Server> {
  const server = createServer();
  const fd = boundDescriptor(SOCK_STREAM, leg, at);
  const listening = once(server, "listening");
  server.listen({ fd });
  await listening;
  return server;
}

function boundDescriptor(type: number, { device, mark }: LegDevice, { address, port }: Listening): number {
  const fd = socket(AF_INET, type | SOCK_CLOEXEC_NONBLOCK, 0);
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
  set(IPPROTO_IP, IP_FREEBIND, word(1), `${address} cannot be bound`);
  const name = socketAddress(address, port);
  if (bind(fd, name, name.length) !== 0) refuse(`${address}:${port} cannot be bound`);
  return fd;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** `struct sockaddr_in` (ip(7)). */
function socketAddress(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address.split(".").map(Number), 4);
  return bytes;
}

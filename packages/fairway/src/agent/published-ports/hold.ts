import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { FairwayError } from "../../errors.ts";
import { bind, close, lastError, socket } from "../../host/libc.ts";
import { familyOf, parseIp } from "../../ip.ts";
import { guarded } from "../../runtime/guarded.ts";
import type { Protocol } from "../firewall/publication.ts";
import { boundUdp, leadDatagramsOn } from "./datagrams.ts";
import { type HeldPlace, leadOn } from "./proxy.ts";
import type { OpenRelay, Relay } from "./relay.ts";

/** A socket that keeps a port of the host for us. */
export interface HeldSocket extends AsyncDisposable {
  readonly port: number;
  /** Where datagrams are led on that the kernel cannot lead to the container. */
  readonly relay?: Pick<Relay, "address" | "port">;
}

export interface Place {
  readonly protocol: Protocol;
  /** `0.0.0.0` and `::` mean all of their family. */
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
}

/**
 * Takes a port of this host, so that nobody else can have it. The kernel leads what comes for it past the socket; what it cannot lead
 * reaches the socket, and goes on from there.
 * @throws the socket's error: `EADDRINUSE`, `EADDRNOTAVAIL`, `EAFNOSUPPORT`; `unsupported` for SCTP where the kernel has none.
 */
export function hold(
  place: Place,
  published: Omit<HeldPlace, "hostPort">,
  openRelay: OpenRelay,
): Promise<HeldSocket> {
  switch (place.protocol) {
    case "tcp":
      return holdTcp(place, published);
    case "udp":
      return holdUdp(place, published, openRelay);
    case "sctp":
      return holdSctp(place);
  }
}

async function holdTcp(
  { address, port }: Place,
  published: Omit<HeldPlace, "hostPort">,
): Promise<HeldSocket> {
  const server: Server = createServer(
    { pauseOnConnect: true, allowHalfOpen: true },
    guarded("lead a connection on", published.logger, (connection: Socket) =>
      leadOn(connection, { ...published, hostPort: boundPort() }),
    ),
  );
  const boundPort = () => {
    const bound = server.address();
    return typeof bound === "object" && bound !== null ? bound.port : port;
  };
  const ipv6Only = familyOf(address) === 6;
  server.listen({ host: address, port, ipv6Only, exclusive: true });
  await once(server, "listening");
  // What a connection meets later is the connection's; the listener goes on.
  server.on("error", () => undefined).unref();
  return {
    port: boundPort(),
    // The port is free at once; connections that are led on end with the container's.
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

async function holdUdp(
  { address, port }: Place,
  published: Omit<HeldPlace, "hostPort">,
  openRelay: OpenRelay,
): Promise<HeldSocket> {
  const held = await boundUdp(address, port);
  const hostPort = held.address().port;
  const place = { ...published, hostPort };
  const family = familyOf(address);
  const isEverywhere = address === "0.0.0.0" || address === "::";
  // A socket of all addresses is not told which one was asked; of ::1 the sender's address tells.
  leadDatagramsOn(held, place, (from) =>
    isEverywhere ? (from.address === "::1" ? "::1" : undefined) : address,
  );
  const needsRelay = isEverywhere && !published.families.has(family) && published.families.size > 0;
  const relay = needsRelay ? await openRelay(family, place) : undefined;
  return {
    port: hostPort,
    ...(relay !== undefined && { relay }),
    async [Symbol.asyncDispose]() {
      await relay?.[Symbol.asyncDispose]();
      await new Promise<void>((resolve) => held.close(resolve));
    },
  };
}

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM_CLOEXEC = 0x80001;
const IPPROTO_SCTP = 132;

/** Node has no SCTP. A socket that is bound and does not listen keeps its port just as well. */
async function holdSctp({ address, port }: Place): Promise<HeldSocket> {
  if (port === 0)
    throw new FairwayError(
      "unsupported",
      "A published SCTP port needs its number on the host, e.g. -p 7000:7000/sctp",
    );
  const isSix = familyOf(address) === 6;
  const fd = socket(isSix ? AF_INET6 : AF_INET, SOCK_STREAM_CLOEXEC, IPPROTO_SCTP);
  if (fd < 0)
    throw new FairwayError("unsupported", "This host's kernel has no SCTP; load its module: modprobe sctp");
  const name = socketName(address, port);
  if (bind(fd, name, name.length) !== 0) {
    const code = lastError();
    close(fd);
    throw Object.assign(new Error(`bind ${code}`), { code });
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      close(fd);
    },
  };
}

/** `struct sockaddr_in` or `sockaddr_in6` (ip(7), ipv6(7)). */
function socketName(address: string, port: number): Buffer {
  const { family, value } = parseIp(address);
  const isSix = family === 6;
  const name = Buffer.alloc(isSix ? 28 : 16);
  name.writeUInt16LE(isSix ? AF_INET6 : AF_INET, 0);
  name.writeUInt16BE(port, 2);
  Buffer.from(value.toString(16).padStart(isSix ? 32 : 8, "0"), "hex").copy(name, isSix ? 8 : 4);
  return name;
}

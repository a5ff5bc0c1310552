import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { familyOf } from "../../ip.ts";
import { guarded } from "../../runtime/guarded.ts";
import { type HeldPlace, wayOn } from "./proxy.ts";

/** How long a client that is silent keeps its socket. */
const idleMs = 30_000;
/** Clients at a time; who comes later gets no answer until one has gone. */
const mostClients = 256;

/**
 * Leads datagrams on that the kernel could not, as `leadOn` does with connections: each client gets a socket of its own, by which
 * the answers come back.
 * @param held the socket that they reach.
 * @param localAddress says for which address of this host a datagram came; undefined where that is not known.
 */
export function leadDatagramsOn(
  held: Socket,
  place: HeldPlace,
  localAddress: (from: RemoteInfo) => string | undefined,
): void {
  const clients = new Map<string, { readonly onward: Socket; timer: NodeJS.Timeout }>();
  const { logger } = place;
  const end = (key: string) => {
    const client = clients.get(key);
    clients.delete(key);
    clearTimeout(client?.timer);
    client?.onward.close();
  };
  /** A socket may tell its end late, when its client has another one. */
  const ended = (key: string, onward: Socket) =>
    guarded("end a client's socket", logger, () => {
      if (clients.get(key)?.onward === onward) end(key);
    });
  const begin = (key: string, way: string, { address, port }: RemoteInfo) => {
    const onward = createSocket(familyOf(way) === 6 ? "udp6" : "udp4");
    onward
      .on(
        "message",
        guarded("lead an answer back", logger, (answer: Buffer) => held.send(answer, port, address)),
      )
      .on("error", ended(key, onward));
    const client = { onward, timer: setTimeout(ended(key, onward), idleMs).unref() };
    onward.unref();
    clients.set(key, client);
    return client;
  };
  const leadOn = (datagram: Buffer, from: RemoteInfo) => {
    const asked = localAddress(from);
    const way = asked === undefined ? undefined : wayOn(asked, place);
    const key = `${from.address} ${from.port}`;
    const known = clients.get(key);
    if (way === undefined || (known === undefined && clients.size >= mostClients)) return;
    const client = known ?? begin(key, way, from);
    client.timer.refresh();
    client.onward.send(datagram, place.hostPort, way);
  };
  held.on("message", guarded("lead a datagram on", logger, leadOn));
  held.on(
    "close",
    guarded("end all clients", logger, () => {
      for (const key of clients.keys()) end(key);
    }),
  );
}

/** A UDP socket that nobody shares. @throws the socket's error: `EADDRINUSE`, `EADDRNOTAVAIL`, `EAFNOSUPPORT`. */
export async function boundUdp(address: string, port: number): Promise<Socket> {
  const isSix = familyOf(address) === 6;
  const bound = createSocket({ type: isSix ? "udp6" : "udp4", reuseAddr: false, ipv6Only: isSix });
  bound.bind({ address, port, exclusive: true });
  try {
    await once(bound, "listening");
  } catch (error) {
    bound.close();
    throw error;
  }
  return bound.on("error", () => undefined).unref();
}

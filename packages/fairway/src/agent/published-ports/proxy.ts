import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { pipeline } from "node:stream/promises";
import { type Family, familyOf } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import { placeOf } from "../firewall/publication.ts";

/** A published port as the socket that holds it knows it. */
export interface HeldPlace {
  readonly hostAddress: string | null;
  readonly hostPort: number;
  /** In which the container has an address. */
  readonly families: ReadonlySet<Family>;
  readonly logger: Logger;
}

/**
 * Leads a connection on that the kernel could not: what comes for `::1` cannot leave the loopback link, and a network may lack
 * the family that the client speaks. It goes on by an address of the host whose packets the kernel does lead, so that it comes to the
 * right one of several networks with the same addresses. The container sees the host as its client.
 *
 * What comes for an address that the kernel does lead on is ended: its rule is missing at this moment, and leading it to itself would
 * never end.
 */
export function leadOn(connection: Socket, place: HeldPlace): void {
  const { localAddress = "" } = connection;
  const way = wayOn(localAddress, place);
  if (way === undefined) {
    connection.destroy();
    return;
  }
  const onward = connect({ host: way, port: place.hostPort, allowHalfOpen: true });
  // An end or a failure on one side ends the other; there is nobody to tell.
  Promise.all([pipeline(connection, onward), pipeline(onward, connection)]).catch(() => {
    connection.destroy();
    onward.destroy();
  });
}

/**
 * The address of this host by which what came for `localAddress` goes on, for TCP and UDP alike; undefined where there is none, or where the
 * kernel itself leads on what comes for that address.
 */
export function wayOn(
  localAddress: string,
  { hostAddress, families }: Pick<HeldPlace, "hostAddress" | "families">,
): string | undefined {
  const isLed = families.has(familyOf(localAddress)) && localAddress !== "::1";
  if (isLed) return undefined;
  if (families.has(4)) {
    const place = placeOf(hostAddress, 4);
    return place === "any" ? "127.0.0.1" : place;
  }
  if (placeOf(hostAddress, 6) !== "any") return undefined;
  const addresses = Object.values(networkInterfaces()).flatMap((list = []) => list);
  return addresses.find(({ family, internal, scopeid }) => family === "IPv6" && !internal && scopeid === 0)
    ?.address;
}

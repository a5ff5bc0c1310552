import type { PublishedPort, ReachedPort } from "../../center/schemas/endpoint.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import { portOwner } from "../../host/port-owner.ts";
import { type Family, familyOf } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import { type HeldSocket, hold } from "./hold.ts";
import type { OpenRelay } from "./relay.ts";

/** A port as the engine asks for it. */
export interface PortWish {
  readonly protocol: PublishedPort["protocol"];
  /** Of the container. */
  readonly port: number;
  /** null: all of the host's. */
  readonly hostAddress: string | null;
  /** The first free one from here to the last is taken; 0: any that is free. */
  readonly firstHostPort: number;
  readonly lastHostPort: number;
  /** Subnets of the clients that may reach it; absent: anybody may. */
  readonly from?: string[] | undefined;
}

/** A port of the host that is ours, with the sockets that keep it: one for each family. */
export interface HeldPort {
  readonly port: ReachedPort;
  readonly sockets: readonly HeldSocket[];
}

/** Says in words which container of ours has a port; undefined: none has. */
export type HolderOf = (port: PublishedPort) => Promise<string | undefined>;

/** How often another port is tried whose number is free in one family alone. */
const anyPortTries = 16;

/**
 * Takes the first port that a wish allows and nobody has.
 * @param addresses of the container, for what the kernel cannot lead to it.
 * @param holderOf says in words which container of ours has a port.
 * @throws `conflict` naming who has it; `invalid` where this host has no such address.
 */
export async function holdOne(
  wish: PortWish,
  addresses: readonly string[],
  holderOf: HolderOf,
  openRelay: OpenRelay,
  logger: Logger,
): Promise<HeldPort> {
  const { protocol, port, hostAddress, from } = wish;
  const candidates =
    wish.firstHostPort === 0
      ? Array.from({ length: anyPortTries }, () => 0)
      : Array.from(
          { length: wish.lastHostPort - wish.firstHostPort + 1 },
          (_, at) => wish.firstHostPort + at,
        );
  const families = new Set(addresses.map(familyOf));
  for (const hostPort of candidates) {
    const sockets = await tryPort(wish, hostPort, families, openRelay, logger);
    if (sockets === undefined) continue;
    const [{ port: found } = { port: hostPort }] = sockets;
    const reached = { protocol, port, hostAddress, hostPort: found, ...(from !== undefined && { from }) };
    return { port: reached, sockets };
  }
  throw new FairwayError("conflict", await inUseText(wish, holderOf));
}

/** Undefined where somebody has the port. */
async function tryPort(
  { protocol, hostAddress }: PortWish,
  hostPort: number,
  families: ReadonlySet<Family>,
  openRelay: OpenRelay,
  logger: Logger,
): Promise<readonly HeldSocket[] | undefined> {
  const sockets: HeldSocket[] = [];
  try {
    for (const address of hostAddress === null ? ["0.0.0.0", "::"] : [hostAddress]) {
      const port = sockets[0]?.port ?? hostPort;
      const place = { protocol, address, port };
      const held = await hold(place, { hostAddress, families, logger }, openRelay).catch((error: unknown) => {
        // A host without IPv6 publishes on IPv4 alone.
        if (hostAddress === null && address === "::" && isWithoutFamily(error)) return undefined;
        throw error;
      });
      if (held !== undefined) sockets.push(held);
    }
    return sockets;
  } catch (error) {
    await Promise.all(sockets.map((socket) => socket[Symbol.asyncDispose]()));
    if (codeOf(error) === "EADDRINUSE") return undefined;
    if (codeOf(error) === "EADDRNOTAVAIL")
      throw new FairwayError(
        "invalid",
        `This host has no address ${hostAddress ?? ""} to publish port ${hostPort}/${protocol} on; name one of its own, or none`,
        { cause: error },
      );
    if (error instanceof FairwayError) throw error;
    throw new FairwayError("internal", `Could not take port ${hostPort}/${protocol}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function inUseText(
  { protocol, port, hostAddress, firstHostPort, lastHostPort }: PortWish,
  holderOf: HolderOf,
): Promise<string> {
  if (firstHostPort === 0) return `This host has no free port for ${protocol}`;
  if (firstHostPort !== lastHostPort)
    return `Every port from ${firstHostPort} to ${lastHostPort}/${protocol} of this host is in use; give a wider range`;
  const hostPort = firstHostPort;
  const holder = await holderOf({ protocol, port, hostAddress, hostPort });
  const owner = holder === undefined ? await portOwner(protocol, hostPort) : undefined;
  const who =
    holder ??
    (owner === undefined
      ? "somebody outside of this machine's processes"
      : `${owner.program} (process ${owner.pid})`);
  return `Port ${hostPort}/${protocol} of this host is in use by ${who}; publish another one`;
}

function isWithoutFamily(error: unknown): boolean {
  return ["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

import { FairwayError } from "../../errors.ts";
import type { Family } from "../../ip.ts";
import { addressFamily, ipText } from "./address.ts";
import { decodeAttributes, decodeText, encodeAttributes, messageFlag } from "./message.ts";
import type { Netlink, Request } from "./netlink.ts";

/** Of rtnetlink(7). */
const messageType = {
  newAddress: 20,
  delAddress: 21,
  getAddress: 22,
  newRoute: 24,
  getRoute: 26,
  newNeighbour: 28,
  getNeighbour: 30,
} as const;

/** `struct ifaddrmsg` and its attributes (linux/if_addr.h). */
const address = { length: 8, local: 2, label: 3, broadcast: 4, cacheInfo: 6, flags: 8, priority: 9 } as const;
/** Flags of an address: what its owner chose. */
const chosenFlags = { home: 0x10, manageTemporary: 0x100, noPrefixRoute: 0x200, autoJoin: 0x400 } as const;
const noDuplicateDetection = 0x02;
const temporary = 0x01;
const forever = 0xffff_ffff;
const linkScope = 253;

/** `struct rtmsg` and its attributes (linux/rtnetlink.h). */
const route = {
  length: 12,
  outInterface: 4,
  gateway: 5,
  multipath: 9,
  cacheInfo: 12,
  via: 18,
  expires: 23,
  nextHop: 30,
} as const;
const kept: ReadonlySet<number> = new Set([1, 2, 5, 6, 7, 8, 9, 15, 16, 18, 20, 21, 22]);
const unicast = 1;
const byKernel = 2;
const onlink = 4;
const cloned = 0x200;
/** The kernel counts a route's life in these (`USER_HZ`). */
const ticksPerSecond = 100;

/** `struct ndmsg`. */
const neighbour = { length: 12, permanent: 0x80, proxy: 0x08 } as const;

/** What a link of this host has beside itself, each as the body of the message by which the kernel gets it. */
export interface LinkConfiguration {
  readonly addresses: readonly Buffer[];
  readonly routes: readonly Buffer[];
  /** Those that somebody has entered. */
  readonly neighbours: readonly Buffer[];
}

/** The addresses, routes and permanent neighbours of a link, without those that the kernel makes by itself. @throws what the kernel refused. */
export async function readLinkConfiguration(netlink: Netlink, index: number): Promise<LinkConfiguration> {
  const dump = (type: number, family: Family, length: number): Request => {
    const body = Buffer.alloc(length);
    body[0] = addressFamily[family];
    return { type, flags: messageFlag.dump, body };
  };
  const families = [4, 6] as const;
  const list = async (type: number, length: number): Promise<readonly Buffer[]> => {
    const bodies: Buffer[] = [];
    // Two lists at once are one too many for the kernel.
    for (const family of families) {
      const [answer] = await netlink.exchange([dump(type, family, length)]);
      if (answer?.error !== undefined)
        throw new FairwayError("internal", `Could not list what a link has: ${answer.error.text}`);
      bodies.push(...(answer?.bodies ?? []));
    }
    return bodies;
  };
  return {
    addresses: (await list(messageType.getAddress, address.length)).filter((body) =>
      isOwnAddress(body, index),
    ),
    routes: (await list(messageType.getRoute, route.length)).filter((body) => isOwnRoute(body, index)),
    neighbours: (await list(messageType.getNeighbour, neighbour.length)).filter(
      (body) =>
        body.readInt32LE(4) === index &&
        (body.readUInt16LE(8) & neighbour.permanent) !== 0 &&
        ((body[10] ?? 0) & neighbour.proxy) === 0,
    ),
  };
}

/** An address as its user writes it, e.g. `192.0.2.5/24`. */
export function addressText(body: Buffer): string {
  const attributes = decodeAttributes(body.subarray(address.length));
  const bytes = attributes.get(address.local) ?? attributes.get(1) ?? Buffer.alloc(4);
  return `${ipText(bytes)}/${body[1]}`;
}

/** For how many seconds an address is valid; undefined of one that does not end. */
export function validForSeconds(body: Buffer): number | undefined {
  const life = decodeAttributes(body.subarray(address.length)).get(address.cacheInfo)?.readUInt32LE(4);
  return life === undefined || life === forever ? undefined : life;
}

/** The gateways of routes, each once. */
export function gatewaysOf(routes: readonly Buffer[]): readonly string[] {
  const gateways = routes.flatMap((body) => {
    const gateway = decodeAttributes(body.subarray(route.length)).get(route.gateway);
    return gateway === undefined ? [] : ipText(gateway);
  });
  return [...new Set(gateways)];
}

/** Whether a route leads by several links, or by an object of its own: then it is not one link's to move. */
export function isShared(body: Buffer): boolean {
  const attributes = decodeAttributes(body.subarray(route.length));
  return attributes.has(route.nextHop) || attributes.has(route.multipath);
}

/**
 * Gives one link what another has, in one datagram: there is no moment at which the host has none of its addresses. What the former link has
 * of them ends. May be repeated.
 * @param from the link that has them; absent: none has.
 * @throws `unavailable` naming what the kernel refused; what was moved until then stays moved.
 */
export async function moveConfiguration(
  netlink: Netlink,
  { addresses, routes, neighbours }: LinkConfiguration,
  { from, to }: { readonly from?: number; readonly to: { readonly index: number; readonly name: string } },
): Promise<void> {
  const replace = messageFlag.create | messageFlag.replace;
  const direct = (body: Buffer) => Number(hasGateway(body));
  const requests: Request[] = [
    ...inOrder(addresses).map((body) => ({
      type: messageType.newAddress,
      flags: replace,
      body: addressOn(body, to.index, to.name),
    })),
    ...routes
      .toSorted((one, other) => direct(one) - direct(other))
      .map((body) => ({ type: messageType.newRoute, flags: replace, body: routeBy(body, to.index) })),
    ...neighbours.map((body) => ({
      type: messageType.newNeighbour,
      flags: replace,
      body: withIndex(body, to.index),
    })),
  ];
  const given = requests.length;
  if (from !== undefined)
    for (const body of addresses)
      requests.push({ type: messageType.delAddress, body: addressOn(body, from) });
  const answers = await netlink.exchange(requests);
  const refused = answers.slice(0, given).findIndex(({ error }) => error !== undefined);
  const error = answers[refused]?.error;
  if (error === undefined) return;
  const what = refused < addresses.length ? "an address" : "a route or neighbour";
  throw new FairwayError("unavailable", `the kernel did not take ${what}: ${error.text}`);
}

/** The kernel lists the IPv6 address that came last first, and sends from it. */
function inOrder(addresses: readonly Buffer[]): readonly Buffer[] {
  const isIpv6 = (body: Buffer) => body[0] === addressFamily[6];
  return [...addresses.filter((body) => !isIpv6(body)), ...addresses.filter(isIpv6).toReversed()];
}

function isOwnAddress(body: Buffer, index: number): boolean {
  const attributes = decodeAttributes(body.subarray(address.length));
  const flags = attributes.get(address.flags)?.readUInt32LE(0) ?? body[2] ?? 0;
  const isOfLink = body[0] === addressFamily[6] && body[3] === linkScope;
  const isTemporary = body[0] === addressFamily[6] && (flags & temporary) !== 0;
  return body.readUInt32LE(4) === index && !isOfLink && !isTemporary;
}

function isOwnRoute(body: Buffer, index: number): boolean {
  const attributes = decodeAttributes(body.subarray(route.length));
  const by = attributes.get(route.outInterface)?.readUInt32LE(0) ?? firstHop(attributes.get(route.multipath));
  const isMade = body[5] !== byKernel && body[7] === unicast;
  return by === index && isMade && (body.readUInt32LE(8) & cloned) === 0;
}

/** The link of the first `struct rtnexthop`. */
function firstHop(multipath: Buffer | undefined): number | undefined {
  return multipath?.readInt32LE(4);
}

function hasGateway(body: Buffer): boolean {
  const attributes = decodeAttributes(body.subarray(route.length));
  return attributes.has(route.gateway) || attributes.has(route.via);
}

function withIndex(body: Buffer, index: number): Buffer {
  const moved = Buffer.from(body);
  moved.writeInt32LE(index, 4);
  return moved;
}

/** The address on a link, at once: nobody is asked whether it is free. Its label stays where it is one of that link's. */
function addressOn(body: Buffer, index: number, name?: string): Buffer {
  const attributes = decodeAttributes(body.subarray(address.length));
  const had = attributes.get(address.flags)?.readUInt32LE(0) ?? body[2] ?? 0;
  const chosen = Object.values(chosenFlags).reduce((flags, flag) => flags | (had & flag), 0);
  const flags = chosen | (body[0] === addressFamily[6] ? noDuplicateDetection : 0);
  const header = withIndex(body.subarray(0, address.length), index);
  header[2] = flags & 0xff;
  const label = decodeText(attributes.get(address.label));
  const isLabelled = name !== undefined && (label === name || label.startsWith(`${name}:`));
  const rest = Array.from(attributes).filter(
    ([type]) => type <= address.priority && type !== address.flags && (isLabelled || type !== address.label),
  );
  return Buffer.concat([header, encodeAttributes([...rest, [address.flags, flags]])]);
}

/** The route by another link. */
function routeBy(body: Buffer, index: number): Buffer {
  const attributes = decodeAttributes(body.subarray(route.length));
  const header = Buffer.from(body.subarray(0, route.length));
  header.writeUInt32LE(header.readUInt32LE(8) & onlink, 8);
  const ticks = attributes.get(route.cacheInfo)?.readInt32LE(8) ?? 0;
  const seconds = Math.ceil(ticks / ticksPerSecond);
  return Buffer.concat([
    header,
    encodeAttributes([
      ...Array.from(attributes).filter(([type]) => kept.has(type)),
      [route.outInterface, index],
      ...(seconds > 0 && header[0] === addressFamily[6] ? [[route.expires, seconds] as const] : []),
    ]),
  ]);
}

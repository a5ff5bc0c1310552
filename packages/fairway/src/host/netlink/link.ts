import { FairwayError } from "../../errors.ts";
import { addressFamily } from "./address.ts";
import {
  type Attribute,
  decodeAttributes,
  decodeText,
  encodeAttributes,
  messageFlag,
  messageType,
} from "./message.ts";
import type { Answer, Netlink, Request } from "./netlink.ts";

/** Attributes of a link (linux/if_link.h). */
export const attribute = {
  address: 1,
  name: 3,
  mtu: 4,
  peer: 5,
  master: 10,
  linkInfo: 18,
  alias: 20,
  ofFamilies: 26,
  namespaceFd: 28,
  extMask: 29,
  carrier: 33,
  peerNamespace: 37,
} as const;
export const linkInfo = { kind: 1, data: 2 } as const;
export const vethPeer = 1;
const skipStatistics = 1 << 3;
const IFF_UP = 1;
export const ifinfoLength = 16;

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly alias: string;
  readonly mac: string;
  /** Bytes. */
  readonly mtu: number;
  readonly up: boolean;
  /** Whether it has a carrier: of a TAP device, whether a process has it open. */
  readonly carrier: boolean;
  /** The index of the bridge or bond whose port it is; absent of one that is of none. */
  readonly master?: number;
  /** The other end of a pair. */
  readonly peer?: {
    readonly index: number;
    /** By this namespace's count; absent where the other end is here, too. */
    readonly namespace?: number;
  };
}

/** `struct ifinfomsg` (rtnetlink(7)) and attributes. */
export function linkBody(attributes: readonly Attribute[], { index = 0, up = false } = {}): Buffer {
  const header = Buffer.alloc(ifinfoLength);
  header.writeInt32LE(index, 4);
  header.writeUInt32LE(up ? IFF_UP : 0, 8);
  header.writeUInt32LE(up ? IFF_UP : 0, 12);
  return Buffer.concat([header, encodeAttributes(attributes)]);
}

/**
 * A link by which this host answers nobody's question for one of its IPv4 addresses (`arp_ignore` 8; linux/ip.h, `IFLA_INET_CONF` of
 * linux/if_link.h).
 */
export const silentInArp: Attribute = [attribute.ofFamilies, [[addressFamily[4], [[1, [[19, 8]]]]]]];

/** The six bytes of a MAC address. */
export function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(":", ""), "hex");
}

/** A MAC address as people write it. */
export function macText(bytes: Buffer): string {
  return (bytes.toString("hex").match(/../g) ?? []).join(":");
}

/** A link of the body of `RTM_NEWLINK` (rtnetlink(7)). What the kernel left out is empty, or 0. */
export function decodeLink(body: Buffer): Link {
  const attributes = decodeAttributes(body.subarray(ifinfoLength));
  const mac = attributes.get(attribute.address);
  const peer = attributes.get(attribute.peer)?.readUInt32LE(0);
  const master = attributes.get(attribute.master)?.readUInt32LE(0);
  const namespace = attributes.get(attribute.peerNamespace)?.readInt32LE(0);
  return {
    index: body.readInt32LE(4),
    name: decodeText(attributes.get(attribute.name)),
    alias: decodeText(attributes.get(attribute.alias)),
    mac: mac === undefined ? "" : macText(mac),
    mtu: attributes.get(attribute.mtu)?.readUInt32LE(0) ?? 0,
    up: (body.readUInt32LE(8) & IFF_UP) !== 0,
    carrier: attributes.get(attribute.carrier)?.[0] === 1,
    ...(master !== undefined && { master }),
    ...(peer !== undefined && { peer: { index: peer, ...(namespace !== undefined && { namespace }) } }),
  };
}

/** As `Netlink.exchange`, with as many answers as requests in the type too. */
export function ask<const R extends readonly Request[]>(
  netlink: Netlink,
  requests: R,
): Promise<{ [K in keyof R]: Answer }> {
  return netlink.exchange(requests) as Promise<{ [K in keyof R]: Answer }>;
}

/** The link of that name; undefined where there is none. */
export async function findLink(netlink: Netlink, name: string): Promise<Link | undefined> {
  const body = linkBody([
    [attribute.name, name],
    [attribute.extMask, skipStatistics],
  ]);
  const [found] = await ask(netlink, [{ type: messageType.getLink, body }]);
  if (found.error?.code === "ENODEV") return undefined;
  refuse(found, `look for ${name}`);
  return found.bodies.map(decodeLink)[0];
}

/** All links for which the kernel's own filters hold. */
export async function listLinks(netlink: Netlink, filters: readonly Attribute[]): Promise<readonly Buffer[]> {
  const body = linkBody([[attribute.extMask, skipStatistics], ...filters]);
  const [answer] = await ask(netlink, [{ type: messageType.getLink, flags: messageFlag.dump, body }]);
  refuse(answer, "list the links");
  return answer.bodies;
}

/** The filter that lets links of one kind through, as ip-link(8) names it. */
export function ofKind(kind: string): Attribute {
  return [attribute.linkInfo, [[linkInfo.kind, kind]]];
}

/**
 * Moves a link into another network namespace, under another name.
 * @param namespace a file descriptor of it.
 */
export async function moveLink(
  netlink: Netlink,
  { index, name }: Link,
  { namespace, as }: { readonly namespace: number; readonly as: string },
): Promise<void> {
  const body = linkBody(
    [
      [attribute.namespaceFd, namespace],
      [attribute.name, as],
    ],
    { index },
  );
  const [moved] = await ask(netlink, [{ type: messageType.setLink, body }]);
  refuse(moved, `move ${name} into the namespace as ${as}`);
}

/** Succeeds also where it is gone already. */
export async function removeLink(netlink: Netlink, { index, name }: Link): Promise<void> {
  const [gone] = await ask(netlink, [{ type: messageType.delLink, body: linkBody([], { index }) }]);
  if (gone.error?.code !== "ENODEV") refuse(gone, `remove ${name}`);
}

/** @throws what the kernel refused. @param doing in words, behind "Could not". */
export function refuse({ error }: Answer, doing: string): void {
  if (error === undefined) return;
  const code = error.code === "ENOTSUP" || error.code === "EPERM" ? "unsupported" : "internal";
  throw new FairwayError(code, `Could not ${doing}: ${error.text}`);
}

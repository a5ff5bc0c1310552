import { type Family, formatIp, parseIp } from "../ip.ts";
import type { Netlink, Request } from "./netlink.ts";
import { encodeAttributes, findAttribute, messageFlag } from "./netlink-message.ts";

/** Of rtnetlink(7): RTM_NEWNEIGH, RTM_GETNEIGH, `struct ndmsg`, NDA_DST and states (linux/neighbour.h). */
const message = { new: 28, get: 30 } as const;
const replace = 0x100;
const headerLength = 12;
const destination = 1;
const state = { reachable: 0x02, stale: 0x04, delay: 0x08, probe: 0x10 } as const;
const addressFamily = { 4: 2, 6: 10 } as const satisfies Record<Family, number>;
const families: readonly Family[] = [4, 6];

/** Neighbours that were found by asking, and can be asked again; others are an administrator's. */
const found = state.reachable | state.stale | state.delay | state.probe;

interface Neighbour {
  readonly family: Family;
  /** Of its link. */
  readonly index: number;
  readonly address: string;
  /** As the kernel wrote it. */
  readonly bytes: Buffer;
}

/**
 * Makes the kernel ask those of these addresses again who has them that it knows as neighbours.
 * @returns those that it knows.
 */
export async function probeNeighbours(
  netlink: Netlink,
  addresses: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  if (addresses.size === 0) return addresses;
  const wanted = new Set(Array.from(addresses, canonical));
  const queries = families.map(
    (family): Request => ({ type: message.get, flags: messageFlag.dump, body: headerOf(family, 0, 0) }),
  );
  const neighbours: Neighbour[] = [];
  // The kernel lists one family at a time.
  for (const [at, query] of queries.entries()) {
    const [answer] = await netlink.exchange([query]);
    for (const body of answer?.bodies ?? []) neighbours.push(...neighbourIn(families[at] ?? 4, body));
  }
  const known = neighbours.filter(({ address }) => wanted.has(address));
  if (known.length > 0)
    await netlink.exchange(
      known.map(({ family, index, bytes }) => ({
        type: message.new,
        flags: replace,
        body: Buffer.concat([headerOf(family, index, state.probe), encodeAttributes([[destination, bytes]])]),
      })),
    );
  const names = new Set(known.map(({ address }) => address));
  return new Set([...addresses].filter((address) => names.has(canonical(address))));
}

function canonical(address: string): string {
  const { family, value } = parseIp(address);
  return formatIp(family, value);
}

/** `struct ndmsg`. */
function headerOf(family: Family, index: number, neighbourState: number): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt8(addressFamily[family], 0);
  header.writeInt32LE(index, 4);
  header.writeUInt16LE(neighbourState, 8);
  return header;
}

function neighbourIn(family: Family, body: Buffer): readonly Neighbour[] {
  if (body.length < headerLength || (body.readUInt16LE(8) & found) === 0) return [];
  const bytes = findAttribute(body.subarray(headerLength), destination);
  if (bytes === undefined || bytes.length !== (family === 4 ? 4 : 16)) return [];
  const address = formatIp(family, BigInt(`0x${bytes.toString("hex")}`));
  return [{ family, index: body.readInt32LE(4), address, bytes }];
}

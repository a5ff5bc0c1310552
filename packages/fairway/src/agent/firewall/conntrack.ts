import { FairwayError } from "../../errors.ts";
import { addressFamily } from "../../host/netlink/address.ts";
import {
  type Attribute,
  encodeAttributes,
  findAttribute,
  messageFlag,
  nested,
} from "../../host/netlink/message.ts";
import type { Netlink } from "../../host/netlink/netlink.ts";
import { type Family, formatIp } from "../../ip.ts";

/** Of linux/netfilter/nfnetlink.h and nfnetlink_conntrack.h. */
const subsystem = 1 << 8;
const message = { get: subsystem | 1, delete: subsystem | 2 } as const;
const attribute = { original: 1, reply: 2, status: 3, mark: 8, id: 12, zone: 18 } as const;
const tuple = { ip: 1, protocol: 2, zone: 3 } as const;
const ip = { source4: 1, destination4: 2, source6: 3, destination6: 4 } as const;
const protocol = { number: 1, sourcePort: 2, destinationPort: 3 } as const;

/** `IPS_DST_NAT` (linux/netfilter/nf_conntrack_common.h). */
const destinationNat = 1 << 5;

interface Place {
  readonly address: string;
  /** 0 where the protocol has none. */
  readonly port: number;
}

/** A connection, or what of UDP is one, as the kernel tracks it. */
export interface Flow {
  readonly family: Family;
  /** The protocol's number, e.g. 17 for UDP. */
  readonly protocol: number;
  /** Of its first packet, as it was sent. */
  readonly source: Place;
  readonly destination: Place;
  /** From where it is answered: the container, where the destination was translated. */
  readonly answeredBy: Place;
  /** Of its original direction (`ct original zone`). */
  readonly zone: number;
  readonly mark: number;
  readonly isDestinationTranslated: boolean;
  /** What names it to the kernel. */
  readonly handle: readonly Attribute[];
}

/** What is read of every flow, to tell whether it is of interest. There may be hundreds of thousands. */
export interface FlowSketch extends Pick<Flow, "protocol" | "zone" | "mark" | "isDestinationTranslated"> {
  readonly destinationPort: number;
}

/** The kernel's table of connections in this network namespace. */
export class Conntrack {
  readonly #netlink: Netlink;

  /** @param netlink a socket of the family `netfilter`. */
  constructor(netlink: Netlink) {
    this.#netlink = netlink;
  }

  /** The flows of a family that are `wanted`. @throws `unavailable` where the kernel does not list them. */
  async list(family: Family, wanted: (flow: FlowSketch) => boolean): Promise<readonly Flow[]> {
    const request = { type: message.get, flags: messageFlag.dump, body: headerOf(family) };
    const [answer] = await this.#netlink.exchange([request]);
    if (answer?.error !== undefined)
      throw new FairwayError("unavailable", `The kernel does not list its connections: ${answer.error.text}`);
    return (answer?.bodies ?? []).flatMap(
      (body) => readFlow(family, body.subarray(headerLength), wanted) ?? [],
    );
  }

  /** Removes flows: their next packet begins a new one, by the rules of that moment. Those that have ended meanwhile are gone. */
  async remove(flows: readonly Flow[]): Promise<void> {
    for (let at = 0; at < flows.length; at += batch)
      await this.#netlink.exchange(
        flows.slice(at, at + batch).map(({ family, handle }) => ({
          type: message.delete,
          body: Buffer.concat([headerOf(family), encodeAttributes(handle)]),
        })),
      );
  }
}

/** Requests in one datagram. */
const batch = 64;

/** `struct nfgenmsg`. */
const headerLength = 4;

function headerOf(family: Family): Buffer {
  return Buffer.from([addressFamily[family], 0, 0, 0]);
}

function readFlow(family: Family, body: Buffer, wanted: (flow: FlowSketch) => boolean): Flow | undefined {
  const original = findAttribute(body, attribute.original);
  if (original === undefined) return undefined;
  const ports = findAttribute(original, tuple.protocol) ?? empty;
  const zoneOfBoth = findAttribute(body, attribute.zone);
  const status = findAttribute(body, attribute.status)?.readUInt32BE(0) ?? 0;
  const common = {
    protocol: findAttribute(ports, protocol.number)?.[0] ?? 0,
    zone: number16(zoneOfBoth ?? findAttribute(original, tuple.zone)),
    mark: findAttribute(body, attribute.mark)?.readUInt32BE(0) ?? 0,
    isDestinationTranslated: (status & destinationNat) !== 0,
  };
  const destinationPort = number16(findAttribute(ports, protocol.destinationPort));
  if (!wanted({ ...common, destinationPort })) return undefined;
  const [from, to] = family === 4 ? [ip.source4, ip.destination4] : [ip.source6, ip.destination6];
  const addresses = findAttribute(original, tuple.ip) ?? empty;
  const reply = findAttribute(body, attribute.reply) ?? empty;
  const replyPorts = findAttribute(reply, tuple.protocol) ?? empty;
  const id = findAttribute(body, attribute.id);
  return {
    family,
    ...common,
    source: {
      address: addressIn(family, addresses, from),
      port: number16(findAttribute(ports, protocol.sourcePort)),
    },
    destination: { address: addressIn(family, addresses, to), port: destinationPort },
    answeredBy: {
      address: addressIn(family, findAttribute(reply, tuple.ip) ?? empty, from),
      port: number16(findAttribute(replyPorts, protocol.sourcePort)),
    },
    handle: [
      [attribute.original | nested, original],
      ...(zoneOfBoth === undefined ? [] : [[attribute.zone, zoneOfBoth] as const]),
      ...(id === undefined ? [] : [[attribute.id, id] as const]),
    ],
  };
}

const empty: Buffer = Buffer.alloc(0);

function addressIn(family: Family, addresses: Buffer, type: number): string {
  const bytes = findAttribute(addresses, type);
  return formatIp(
    family,
    bytes === undefined || bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString("hex")}`),
  );
}

function number16(data: Buffer | undefined): number {
  return data !== undefined && data.length >= 2 ? data.readUInt16BE(0) : 0;
}

import { FairwayError } from "../errors.ts";
import { dropRouterAdvertisements } from "./link-guard.ts";
import { endpointOfAlias, isHostEnd, type LinkNames, linkAlias, linkNames } from "./link-names.ts";
import type { Answer, Netlink, Request } from "./netlink.ts";
import {
  type Attribute,
  decodeAttributes,
  decodeText,
  encodeAttributes,
  findAttribute,
  messageFlag,
  messageType,
} from "./netlink-message.ts";

/** Attributes of a link (linux/if_link.h). */
const attribute = { address: 1, name: 3, mtu: 4, master: 10, linkInfo: 18, alias: 20, extMask: 29 } as const;
const linkInfo = { kind: 1, data: 2 } as const;
const vethPeer = 1;
const skipStatistics = 1 << 3;
const IFF_UP = 1;
const ifinfoLength = 16;

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly alias: string;
  readonly mac: string;
  /** Bytes. */
  readonly mtu: number;
  readonly up: boolean;
}

export interface LinkPairSpec {
  readonly endpoint: string;
  /** Of the container's end. */
  readonly mac: string;
  /** Of both ends, bytes. */
  readonly mtu: number;
}

/** `struct ifinfomsg` (rtnetlink(7)) and attributes. */
function linkBody(attributes: readonly Attribute[], { index = 0, up = false } = {}): Buffer {
  const header = Buffer.alloc(ifinfoLength);
  header.writeInt32LE(index, 4);
  header.writeUInt32LE(up ? IFF_UP : 0, 8);
  header.writeUInt32LE(up ? IFF_UP : 0, 12);
  return Buffer.concat([header, encodeAttributes(attributes)]);
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(":", ""), "hex");
}

function decodeLink(body: Buffer): Link {
  const attributes = decodeAttributes(body.subarray(ifinfoLength));
  const mac = attributes.get(attribute.address)?.toString("hex") ?? "";
  return {
    index: body.readInt32LE(4),
    name: decodeText(attributes.get(attribute.name)),
    alias: decodeText(attributes.get(attribute.alias)),
    mac: mac.match(/../g)?.join(":") ?? "",
    mtu: attributes.get(attribute.mtu)?.readUInt32LE(0) ?? 0,
    up: (body.readUInt32LE(8) & IFF_UP) !== 0,
  };
}

/**
 * The veth pairs of this host's endpoints. An alias on both ends marks ours; no other link is ever changed. Every method may be
 * repeated: what exists already or is gone already is a success.
 */
export class Links {
  readonly #netlink: Netlink;

  constructor(netlink: Netlink) {
    this.#netlink = netlink;
  }

  /**
   * Makes the pair, the host's end up. A container end that was moved into its container already stays as it is.
   * @throws `conflict` where a foreign link has the name, `unsupported` where the kernel has no veth.
   */
  async create({ endpoint, mac, mtu }: LinkPairSpec): Promise<LinkNames> {
    const names = linkNames(endpoint);
    const alias: Attribute = [attribute.alias, linkAlias(endpoint)];
    const peer = linkBody([
      [attribute.name, names.container],
      [attribute.address, macBytes(mac)],
      [attribute.mtu, mtu],
    ]);
    const pair: Attribute[] = [
      [attribute.name, names.host],
      [attribute.mtu, mtu],
      [
        attribute.linkInfo,
        [
          [linkInfo.kind, "veth"],
          [linkInfo.data, [[vethPeer, peer]]],
        ],
      ],
    ];
    const [made] = await this.#ask([
      {
        type: messageType.newLink,
        flags: messageFlag.create | messageFlag.exclusive,
        body: linkBody(pair, { up: true }),
      },
    ]);
    if (made.error?.code === "EEXIST") await this.#requireOwn(endpoint, names);
    else refuse(made, `make the veth pair ${names.host}`);

    const [host, container] = await this.#ask([
      {
        type: messageType.setLink,
        body: linkBody([[attribute.name, names.host], alias, [attribute.mtu, mtu]], { up: true }),
      },
      {
        type: messageType.setLink,
        body: linkBody([
          [attribute.name, names.container],
          alias,
          [attribute.mtu, mtu],
          // Also an address that it has already would be told to all who watch links.
          ...(made.error === undefined ? [] : [[attribute.address, macBytes(mac)] as const]),
        ]),
      },
    ]);
    refuse(host, `set up ${names.host}`);
    if (container.error?.code !== "ENODEV" || made.error === undefined)
      refuse(container, `set up ${names.container}`);
    return names;
  }

  /**
   * Keeps router advertisements from a container, by the host's end of its pair.
   * @throws `unsupported` where the kernel has no filters that run a program.
   */
  async guard(host: string): Promise<void> {
    const link = await this.find(host);
    if (link !== undefined) await dropRouterAdvertisements(this.#netlink, link.index);
  }

  /** Removes the pair, wherever its container end is. Foreign links of that name are left alone. */
  async delete(endpoint: string): Promise<void> {
    const link = await this.find(linkNames(endpoint).host);
    if (link === undefined || !isOf(endpoint, link)) return;
    const [gone] = await this.#ask([
      { type: messageType.delLink, body: linkBody([], { index: link.index }) },
    ]);
    if (gone.error?.code !== "ENODEV") refuse(gone, `remove ${link.name}`);
  }

  /** Sets a link up, with this MTU. @param mtu bytes. */
  async setUp(index: number, mtu: number): Promise<void> {
    const [set] = await this.#ask([
      { type: messageType.setLink, body: linkBody([[attribute.mtu, mtu]], { index, up: true }) },
    ]);
    refuse(set, `set up link ${index}`);
  }

  /** The link of that name in the host's namespace. */
  async find(name: string): Promise<Link | undefined> {
    const [answer] = await this.#ask([
      {
        type: messageType.getLink,
        body: linkBody([
          [attribute.name, name],
          [attribute.extMask, skipStatistics],
        ]),
      },
    ]);
    if (answer.error?.code === "ENODEV") return undefined;
    refuse(answer, `look for ${name}`);
    return answer.bodies.map(decodeLink)[0];
  }

  /** The host ends of all endpoints, by endpoint. */
  async list(): Promise<ReadonlyMap<string, Link>> {
    const bodies = await this.#dump([[attribute.linkInfo, [[linkInfo.kind, "veth"]]]]);
    const links = new Map<string, Link>();
    for (const body of bodies) {
      // Of thousands of links only ours are worth reading in full.
      const endpoint = endpointOfAlias(
        decodeText(findAttribute(body.subarray(ifinfoLength), attribute.alias)),
      );
      if (endpoint === undefined) continue;
      const link = decodeLink(body);
      if (isHostEnd(link.name)) links.set(endpoint, link);
    }
    return links;
  }

  /** The bridges of this host's kernel, whoever's. */
  async bridges(): Promise<readonly Link[]> {
    return (await this.#dump([[attribute.linkInfo, [[linkInfo.kind, "bridge"]]]])).map(decodeLink);
  }

  /** The kinds of a bridge's ports, as ip-link(8) names them; empty for a link that is a device of the machine. */
  async portKinds(bridge: number): Promise<readonly string[]> {
    return (await this.#dump([[attribute.master, bridge]])).map((body) => {
      const info = findAttribute(body.subarray(ifinfoLength), attribute.linkInfo);
      return decodeText(info && findAttribute(info, linkInfo.kind));
    });
  }

  /** All links for which the kernel's own filters hold. */
  async #dump(filters: readonly Attribute[]): Promise<readonly Buffer[]> {
    const body = linkBody([[attribute.extMask, skipStatistics], ...filters]);
    const [answer] = await this.#ask([{ type: messageType.getLink, flags: messageFlag.dump, body }]);
    refuse(answer, "list the links");
    return answer.bodies;
  }

  async #requireOwn(endpoint: string, names: LinkNames): Promise<void> {
    for (const name of [names.host, names.container]) {
      const link = await this.find(name);
      if (link !== undefined && !isOf(endpoint, link))
        throw new FairwayError(
          "conflict",
          `A link named ${name} exists and is not Fairway's (its alias is "${link.alias}"); rename or remove it`,
        );
    }
  }

  /** As `Netlink.exchange`, with as many answers as requests in the type too. */
  #ask<const R extends readonly Request[]>(requests: R): Promise<{ [K in keyof R]: Answer }> {
    return this.#netlink.exchange(requests) as Promise<{ [K in keyof R]: Answer }>;
  }
}

/** An end without an alias was left between the two steps of `create`: nobody else takes a name with our hash. */
function isOf(endpoint: string, link: Link): boolean {
  return link.alias === "" || link.alias === linkAlias(endpoint);
}

function refuse({ error }: Answer, doing: string): void {
  if (error === undefined) return;
  const code = error.code === "EOPNOTSUPP" || error.code === "EPERM" ? "unsupported" : "internal";
  throw new FairwayError(code, `Could not ${doing}: ${error.text}`);
}

import { FairwayError } from "../../errors.ts";
import {
  ask,
  attribute,
  decodeLink,
  findLink,
  ifinfoLength,
  type Link,
  linkBody,
  linkInfo,
  listLinks,
  macBytes,
  ofKind,
  refuse,
  removeLink,
  silentInArp,
  vethPeer,
} from "../../host/netlink/link.ts";
import {
  type Attribute,
  decodeText,
  findAttribute,
  messageFlag,
  messageType,
} from "../../host/netlink/message.ts";
import { makeIn, openNetlinkIn } from "../../host/netlink/namespace.ts";
import type { Netlink } from "../../host/netlink/netlink.ts";
import { dropRouterAdvertisements, listGuarded } from "./link-guard.ts";
import type { LinkNames } from "./link-names.ts";
import { containerPorts, type PortKind } from "./port-kind.ts";

export interface LinkPairSpec {
  readonly endpoint: string;
  /** Of the container's end. */
  readonly mac: string;
  /** Of both ends, bytes. */
  readonly mtu: number;
}

/**
 * The veth pairs of this host's endpoints. An alias on both ends marks ours; no other link is ever changed. Every method may be
 * repeated: what exists already or is gone already is a success.
 */
export class Links {
  readonly #netlink: Netlink;
  readonly #kind: PortKind;
  /** Of other ends' namespaces: by which path each was found last. */
  readonly #paths = new Map<number, string>();

  constructor(netlink: Netlink, kind: PortKind = containerPorts) {
    this.#netlink = netlink;
    this.#kind = kind;
  }

  /**
   * Makes the pair, the host's end up. On Open vSwitch's datapath in user space the kernel looks at what comes by that end as well: it must
   * not answer there for the host's addresses, which only the network knows the way to. A container end that was moved into its container already stays as it is, and so does the MTU of a
   * pair that is there.
   * @throws `conflict` where a foreign link has the name, `unsupported` where the kernel has no veth.
   */
  async create({ endpoint, mac, mtu }: LinkPairSpec): Promise<LinkNames> {
    const names = this.#kind.linkNames(endpoint);
    const alias: Attribute = [attribute.alias, this.#kind.linkAlias(endpoint)];
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
    const [made] = await ask(this.#netlink, [
      {
        type: messageType.newLink,
        flags: messageFlag.create | messageFlag.exclusive,
        body: linkBody(pair, { up: true }),
      },
    ]);
    if (made.error?.code === "EEXIST") await this.#requireOwn(endpoint, names);
    else refuse(made, `make the veth pair ${names.host}`);

    const [host, container] = await ask(this.#netlink, [
      {
        type: messageType.setLink,
        body: linkBody([[attribute.name, names.host], alias, silentInArp], { up: true }),
      },
      {
        type: messageType.setLink,
        body: linkBody([
          [attribute.name, names.container],
          alias,
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
   * @param except a router's MAC address, whose own come through.
   * @throws `unsupported` where the kernel has no filters that run a program.
   */
  async guard(host: string, except?: string): Promise<void> {
    const link = await this.find(host);
    if (link !== undefined) await dropRouterAdvertisements(this.#netlink, link.index, except);
  }

  /** The indexes of the links that have a guard. */
  guarded(): Promise<ReadonlySet<number>> {
    return listGuarded(this.#netlink);
  }

  /**
   * Lowers the MTU of both ends, also where the container's end is in its container. Who gave either end a smaller one keeps it.
   * @param mtu bytes.
   * @throws `not_found` where no process has the network namespace of the container's end.
   */
  async shrink(endpoint: string, mtu: number): Promise<void> {
    const host = await this.find(this.#kind.linkNames(endpoint).host);
    if (host?.peer === undefined || !this.#isOf(endpoint, host)) return;
    const { index, namespace } = host.peer;
    // The container's end first: the host's end drops what is larger than itself.
    if (namespace === undefined) await this.#shrink({ endpoint, index }, mtu);
    else {
      using inside = await openNetlinkIn(this.#netlink, namespace);
      await new Links(inside, this.#kind).#shrink({ endpoint, index }, mtu);
    }
    await this.#shrink({ endpoint, index: host.index }, mtu);
  }

  /**
   * Makes something in the network namespace that a pair's other end is in.
   * @param name of the host's end. @param make must not wait.
   * @throws `not_found` where there is no such link, or no process has that namespace.
   */
  async makeAtPeer<T>(name: string, make: () => T): Promise<T> {
    const namespace = (await this.find(name))?.peer?.namespace;
    if (namespace === undefined) throw new FairwayError("not_found", `${name} leads into no container`);
    return makeIn(this.#netlink, namespace, make, this.#paths);
  }

  async #shrink({ endpoint, index }: { endpoint: string; index: number }, mtu: number): Promise<void> {
    const [found] = await ask(this.#netlink, [{ type: messageType.getLink, body: linkBody([], { index }) }]);
    refuse(found, `look for link ${index}`);
    const [link] = found.bodies.map(decodeLink);
    if (link === undefined || link.alias !== this.#kind.linkAlias(endpoint) || link.mtu <= mtu) return;
    const [set] = await ask(this.#netlink, [
      { type: messageType.setLink, body: linkBody([[attribute.mtu, mtu]], { index }) },
    ]);
    refuse(set, `lower the MTU of ${link.name}`);
  }

  /** Removes the pair, wherever its container end is. Foreign links of that name are left alone. */
  async delete(endpoint: string): Promise<void> {
    const link = await this.find(this.#kind.linkNames(endpoint).host);
    if (link === undefined || !this.#isOf(endpoint, link)) return;
    await removeLink(this.#netlink, link);
  }

  /** Sets a link up, with this MTU. @param mtu bytes. */
  async setUp(index: number, mtu: number): Promise<void> {
    const [set] = await ask(this.#netlink, [
      { type: messageType.setLink, body: linkBody([[attribute.mtu, mtu]], { index, up: true }) },
    ]);
    refuse(set, `set up link ${index}`);
  }

  /** The link of that name in the host's namespace. */
  find(name: string): Promise<Link | undefined> {
    return findLink(this.#netlink, name);
  }

  /** The host ends of all endpoints, by endpoint. */
  async list(): Promise<ReadonlyMap<string, Link>> {
    const bodies = await listLinks(this.#netlink, [ofKind("veth")]);
    const links = new Map<string, Link>();
    for (const body of bodies) {
      // Of thousands of links only ours are worth reading in full.
      const endpoint = this.#kind.endpointOfAlias(
        decodeText(findAttribute(body.subarray(ifinfoLength), attribute.alias)),
      );
      if (endpoint === undefined) continue;
      const link = decodeLink(body);
      if (this.#kind.isHostEnd(link.name)) links.set(endpoint, link);
    }
    return links;
  }

  /** Devices of programs (TUN and TAP) that none has open: a persistent one stays until somebody removes it. */
  async unusedTaps(): Promise<readonly Link[]> {
    const taps = await listLinks(this.#netlink, [ofKind("tun")]);
    return taps.map(decodeLink).filter(({ carrier }) => !carrier);
  }

  /** Removes a link, whoever's. It may be gone already. */
  remove(link: Link): Promise<void> {
    return removeLink(this.#netlink, link);
  }

  /** The bridges of this host's kernel, whoever's. */
  async bridges(): Promise<readonly Link[]> {
    return (await listLinks(this.#netlink, [ofKind("bridge")])).map(decodeLink);
  }

  /** The name of the link with a number; undefined where there is none. */
  async nameOf(index: number): Promise<string | undefined> {
    const [found] = await ask(this.#netlink, [{ type: messageType.getLink, body: linkBody([], { index }) }]);
    return found.bodies.map(decodeLink)[0]?.name;
  }

  /** The kinds of a bridge's ports, as ip-link(8) names them; empty for a link that is a device of the machine. */
  async portKinds(bridge: number): Promise<readonly string[]> {
    return (await listLinks(this.#netlink, [[attribute.master, bridge]])).map((body) => {
      const info = findAttribute(body.subarray(ifinfoLength), attribute.linkInfo);
      return decodeText(info && findAttribute(info, linkInfo.kind));
    });
  }

  async #requireOwn(endpoint: string, names: LinkNames): Promise<void> {
    for (const name of [names.host, names.container]) {
      const link = await this.find(name);
      if (link !== undefined && !this.#isOf(endpoint, link))
        throw new FairwayError(
          "conflict",
          `A link named ${name} exists and is not Fairway's (its alias is "${link.alias}"); rename or remove it`,
        );
    }
  }

  /** An end without an alias was left between the two steps of `create`: nobody else takes a name with our hash. */
  #isOf(endpoint: string, link: Link): boolean {
    return link.alias === "" || link.alias === this.#kind.linkAlias(endpoint);
  }
}

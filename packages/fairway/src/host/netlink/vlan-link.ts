import { FairwayError } from "../../errors.ts";
import {
  ask,
  attribute,
  decodeLink,
  type Link,
  linkBody,
  linkInfo,
  listLinks,
  ofKind,
  refuse,
} from "./link.ts";
import { type Attribute, messageFlag, messageType } from "./message.ts";
import type { Netlink } from "./netlink.ts";

/** `IFLA_LINK` of linux/if_link.h: the interface below. */
const below = 5;
/** `IFLA_VLAN_ID`. */
const vlanId = 1;

export interface NewVlanLink {
  readonly name: string;
  /** The index of the interface whose tagged frames it has. */
  readonly parent: number;
  /** IEEE 802.1Q, 1 to 4094. */
  readonly vlan: number;
  /** Marks it as its maker's. */
  readonly alias: string;
}

/** The body of the request for such a link, up from the beginning. */
export function vlanLinkBody({ name, parent, vlan }: NewVlanLink): Buffer {
  const id = Buffer.alloc(2);
  id.writeUInt16LE(vlan);
  const data: Attribute = [linkInfo.data, [[vlanId, id]]];
  return linkBody(
    [
      [below, parent],
      [attribute.name, name],
      [attribute.linkInfo, [[linkInfo.kind, "vlan"], data]],
    ],
    { up: true },
  );
}

/**
 * Makes an interface that has the frames of one VLAN of another one, without their tag (ip-link(8), type vlan).
 * @throws `unsupported` where the kernel has no such links, `conflict` where there is one for that VLAN under another name.
 */
export async function addVlanLink(netlink: Netlink, link: NewVlanLink): Promise<void> {
  const [made] = await ask(netlink, [
    {
      type: messageType.newLink,
      flags: messageFlag.create | messageFlag.exclusive,
      body: vlanLinkBody(link),
    },
  ]);
  if (made.error?.code === "ENOTSUP")
    throw new FairwayError(
      "unsupported",
      "this kernel has no VLAN interfaces (module 8021q); install the kernel's modules and run `modprobe 8021q`",
    );
  if (made.error?.code === "EEXIST")
    throw new FairwayError(
      "conflict",
      `an interface for VLAN ${link.vlan} is there under another name than ${link.name}; remove or rename it`,
    );
  refuse(made, `make the interface ${link.name}`);
  const [marked] = await ask(netlink, [
    {
      type: messageType.setLink,
      body: linkBody([
        [attribute.name, link.name],
        [attribute.alias, link.alias],
      ]),
    },
  ]);
  refuse(marked, `mark the interface ${link.name}`);
}

/** All such links of this host, whoever's; none where the kernel has no such kind. */
export async function vlanLinks(netlink: Netlink): Promise<readonly Link[]> {
  return (await listLinks(netlink, [ofKind("vlan")])).map(decodeLink);
}

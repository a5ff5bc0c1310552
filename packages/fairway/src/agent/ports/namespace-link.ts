import { closeSync } from "node:fs";
import { FairwayError } from "../../errors.ts";
import { moveLink } from "../../host/netlink/link.ts";
import { openNamespace, openNetlinkAt } from "../../host/netlink/namespace.ts";
import type { Netlink } from "../../host/netlink/netlink.ts";
import { command } from "../../host/program.ts";
import { familyOf } from "../../ip.ts";
import { Links } from "./links.ts";
import { namespacePorts } from "./port-kind.ts";

/** What the interface of a port gets in its network namespace. */
export interface NamespaceInterface {
  readonly port: string;
  /** A file: `/run/netns/NAME`, or `/proc/PID/ns/net`. */
  readonly namespace: string;
  readonly name: string;
  /** With prefix lengths; none where a client asks by DHCP. */
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  /** Without a next hop the destination is on the link itself. */
  readonly routes: readonly { readonly destination: string; readonly nextHop?: string | undefined }[];
}

/** Whether a name in a namespace is free for a port, or the port's own already. */
type Place = "free" | "own";

/**
 * Tells whether a port's interface is in its namespace already.
 * @throws `conflict` where another interface has the name, or the port's is in another namespace or has another name; `not_found` where there
 *   is no such namespace.
 */
export async function findPlace(
  netlink: Netlink,
  { port, namespace, name }: Pick<NamespaceInterface, "port" | "namespace" | "name">,
): Promise<Place> {
  using inside = openNetlinkAt(namespace);
  const there = await new Links(inside, namespacePorts).find(name);
  if (there !== undefined) {
    if (there.alias === namespacePorts.linkAlias(port)) return "own";
    throw new FairwayError(
      "conflict",
      `namespace ${namespace} has an interface ${name} already; choose another name by --name`,
    );
  }
  const links = new Links(netlink, namespacePorts);
  const ends = namespacePorts.linkNames(port);
  const isPlugged = (await links.find(ends.host)) !== undefined;
  if (!isPlugged || (await links.find(ends.container)) !== undefined) return "free";
  throw new FairwayError(
    "conflict",
    `the port is plugged into another namespace, or under another name; unplug it first: fairway port unplug`,
  );
}

/** Moves the port's inner end into its namespace, where it is not there yet. */
export async function moveIn(
  netlink: Netlink,
  { port, namespace, name }: Pick<NamespaceInterface, "port" | "namespace" | "name">,
): Promise<void> {
  const link = await new Links(netlink, namespacePorts).find(namespacePorts.linkNames(port).container);
  if (link === undefined) return;
  const fd = openNamespace(namespace);
  try {
    await moveLink(netlink, link, { namespace: fd, as: name });
  } finally {
    closeSync(fd);
  }
}

/**
 * Sets the interface up, with its addresses and routes; what is as it should be already stays. It takes nothing from router advertisements
 * where it has addresses of its own, so that there is no second default route.
 * @throws `unavailable` with ip(8)'s words.
 */
export async function configure(wish: NamespaceInterface): Promise<void> {
  const { namespace, name, addresses, gateways, routes } = wish;
  const isStatic = addresses.length > 0;
  const lines = [
    `link set dev ${name} up`,
    ...addresses.map(
      (address) => `addr replace ${address} dev ${name}${familyOf(address) === 6 ? " nodad" : ""}`,
    ),
    ...(isStatic ? routes : []).map(
      ({ destination, nextHop }) =>
        `-${familyOf(destination)} route replace ${destination} ${nextHop === undefined ? "" : `via ${nextHop} `}dev ${name}`,
    ),
    ...(isStatic ? gateways : []).map(
      (gateway) => `-${familyOf(gateway)} route replace default via ${gateway} dev ${name}`,
    ),
  ];
  const within = (...words: readonly string[]) => ["--net=" + namespace, ...words];
  if (isStatic) {
    const setting = `/proc/sys/net/ipv6/conf/${name}/accept_ra`;
    await command("nsenter", within("sh", "-c", `test ! -e ${setting} || echo 0 >${setting}`));
  }
  for (const line of lines) await command("nsenter", within("ip", ...line.split(" ")));
}

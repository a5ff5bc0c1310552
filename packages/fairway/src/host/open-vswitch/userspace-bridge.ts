import { networkInterfaces } from "node:os";
import { FairwayError } from "../../errors.ts";
import { familyOf } from "../../ip.ts";
import { run } from "../program.ts";
import type { OpenVSwitchReplica } from "./open-vswitch.ts";

/**
 * The links of this host that bridges with their datapath in userspace have: a bridge's own and internal ports. Packets of such a bridge leave by
 * an address on one of these alone; to an address on a plain NIC the datapath finds no way (ovs-vswitchd.conf.db(5), datapath_type).
 */
export function userspaceLinks(replica: OpenVSwitchReplica): ReadonlySet<string> {
  const ports = new Map([...replica.table("Port").rows()].map((port) => [port._uuid, port]));
  const interfaces = new Map([...replica.table("Interface").rows()].map((iface) => [iface._uuid, iface]));
  const links = [...replica.table("Bridge").rows()]
    .filter(({ datapath_type }) => datapath_type === "netdev")
    .flatMap((bridge) => bridge.ports)
    .flatMap((port) => ports.get(port)?.interfaces ?? [])
    .flatMap((uuid) => interfaces.get(uuid) ?? [])
    .filter(({ type }) => type === "internal");
  return new Set(links.map(({ name }) => name));
}

/** The link that has an address of this host, or nothing. */
export function linkWith(address: string): string | undefined {
  return Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some((each) => each.address === address),
  )?.[0];
}

/** What the bridge is called in the command. */
const bridge = "br-phy";

/**
 * The commands, in one line, that give a link's addresses and its routes by routers to a bridge in userspace, with the link as its port. They
 * hold until the next boot. Checksums are made before packets get there, and the NIC does not answer for the bridge's addresses.
 */
export async function moveToBridgeLine(link: string): Promise<string> {
  const addresses = (networkInterfaces()[link] ?? []).flatMap(({ address, cidr }) =>
    cidr === null || address.startsWith("fe80:") ? [] : cidr,
  );
  const routes = [...(await routesBy(4, link)), ...(await routesBy(6, link))];
  return [
    `ovs-vsctl add-br ${bridge} -- set bridge ${bridge} datapath_type=netdev -- add-port ${bridge} ${link}`,
    `ethtool -K ${bridge} tx off`,
    `sysctl -q net.ipv4.conf.${link}.arp_ignore=1`,
    `ip address flush dev ${link}`,
    `ip link set ${bridge} up`,
    ...addresses.map((each) => `ip address add ${each} dev ${bridge}${familyOf(each) === 6 ? " nodad" : ""}`),
    ...routes.map((route) => `${route} dev ${bridge}`),
  ].join(" && ");
}

/** The commands that make a link's routes by routers again. */
async function routesBy(family: 4 | 6, link: string): Promise<readonly string[]> {
  const { code, stdout } = await run("ip", [`-${family}`, "-json", "route", "show", "dev", link]).catch(
    (error: unknown) => {
      if (error instanceof FairwayError) return { code: 1, stdout: "" };
      throw error;
    },
  );
  if (code !== 0 || stdout.trim() === "") return [];
  const routes: readonly { dst: string; gateway?: string; protocol?: string }[] = JSON.parse(stdout);
  const byRouter = routes.filter(({ gateway, protocol }) => gateway !== undefined && protocol !== "ra");
  return byRouter.map(({ dst, gateway }) => `ip -${family} route add ${dst} via ${gateway}`);
}

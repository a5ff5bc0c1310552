import { existsSync } from "node:fs";
import type { HostProviderBridgeItem } from "../center/schemas/host-state.ts";
import type { PhysicalNetwork } from "../center/schemas/physical-network.ts";
import { FairwayError } from "../errors.ts";
import { findNeighbour } from "../host/neighbour-probe.ts";
import type { Link } from "../host/netlink/link.ts";
import { run } from "../host/program.ts";
import { familyOf } from "../ip.ts";
import { type Check, type Finding, fail, firstFew, ok, warn } from "./finding.ts";
import type { Site } from "./site.ts";

const ethernetMtu = 1_500;
/** What the kernel calls its end of Open vSwitch: a port's master there. */
const openVSwitchMaster = "ovs-system";
/** Asking takes a second where nobody answers. */
const askedAtMost = 4;
/** Nobody's: locally administered. */
const strangeMac = "02:fa:17:3a:79:01";

/** The interfaces by which a host is on physical networks. */
export const physicalInterfaces: Check = {
  name: "physical interfaces",
  about:
    "Whether the interfaces by which this host is on physical networks are there, have a carrier and a large enough MTU, are nobody else's, and " +
    "whether the networks' gateways answer by them: in the VLAN, and to a MAC address that is not the interface's own",
  look: async (site, signal) => {
    const items = (await site.hostItems.need()).filter((item) => item.kind === "provider-bridge");
    if (items.length === 0) return ok("this host is on no physical network by an interface");
    const networks = await Array.fromAsync(site.api.each("listPhysicalNetworks", {}, { signal }));
    const findings = await Promise.all(items.map((item) => examine(site, item, networks, signal)));
    const wrong = findings.filter(({ state }) => state !== "ok");
    if (wrong.length === 0) return ok(firstFew(findings.map(({ seen }) => seen)));
    const worst = wrong.find(({ state }) => state === "fail") ?? wrong[0];
    return { ...worst, state: worst?.state ?? "ok", seen: firstFew(wrong.map(({ seen }) => seen)) };
  },
};

async function examine(
  site: Site,
  item: HostProviderBridgeItem,
  networks: readonly PhysicalNetwork[],
  signal: AbortSignal,
): Promise<Finding> {
  const { interface: nic, name } = item;
  const link = await site.links.find(nic);
  if (link === undefined)
    return fail(
      `${nic} of ${name} is not there`,
      `ip link; then name another interface: fairway physical-port create ${name} INTERFACE --host ${site.config.host.name}`,
    );
  const network = networks.find((each) => each.name === name);
  return (
    (await linkFault(site, item, link, network?.mtu ?? ethernetMtu)) ??
    (network && (await wireFault(site, link, nic, network, signal))) ??
    ok(`${nic} carries ${name}`)
  );
}

/** What of a link itself is wrong. */
async function linkFault(
  site: Site,
  { name }: HostProviderBridgeItem,
  link: Link,
  mtu: number,
): Promise<Finding | undefined> {
  const { name: nic } = link;
  if (!link.up) return fail(`${nic} of ${name} is down`, `ip link set ${nic} up`);
  if (!link.carrier)
    return fail(`${nic} of ${name} has no carrier`, "look at the cable, and at the switch's port");
  if (link.mtu < mtu)
    return fail(
      `${nic} has an MTU of ${link.mtu}, and ${name}'s containers send ${mtu} bytes: large packets are lost`,
      `ip link set ${nic} mtu ${mtu}, or fairway physical-network update ${name} --mtu ${link.mtu}`,
    );
  const master = link.master === undefined ? undefined : await site.links.nameOf(link.master);
  if (master !== undefined && master !== openVSwitchMaster)
    return fail(`${nic} of ${name} is a port of ${master}`, `ip link set ${nic} nomaster`);
  return networkManagerFault(nic);
}

/** NetworkManager gives an interface addresses and routes that it takes from nobody else's hand. */
async function networkManagerFault(nic: string): Promise<Finding | undefined> {
  if (!existsSync("/run/NetworkManager")) return undefined;
  const told = await run("nmcli", ["--get-values", "GENERAL.STATE", "device", "show", nic]).catch(
    (error: unknown) => {
      if (error instanceof FairwayError) return { code: 1, stdout: "" };
      throw error;
    },
  );
  if (told.code !== 0 || !told.stdout.startsWith("100")) return undefined;
  return warn(
    `NetworkManager manages ${nic}, and may give it addresses again`,
    `nmcli device set ${nic} managed no, and for good: [keyfile] unmanaged-devices=interface-name:${nic} in /etc/NetworkManager/conf.d/fairway.conf`,
  );
}

/** Whether gateways answer by the link, in their VLAN, and whether they answer another MAC address. */
async function wireFault(
  site: Site,
  link: Link,
  nic: string,
  { name, networks }: PhysicalNetwork,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  for (const { name: network, segment } of networks.slice(0, askedAtMost)) {
    const shown = await site.api.showNetwork({ reference: network }, { signal }).catch(() => undefined);
    const gateway = shown?.subnets.find(
      (each) => each.gateway !== null && familyOf(each.cidr) === 4,
    )?.gateway;
    if (gateway == null) continue;
    const asks = (mac: string) => findNeighbour({ index: link.index, mac }, segment, gateway, signal);
    if ((await asks(link.mac)) === undefined) {
      const where = segment === null ? "" : ` in VLAN ${segment}`;
      return warn(
        `on ${nic} nobody answers for ${gateway}, the gateway of ${network}${where}`,
        segment === null
          ? `look whether ${gateway} is there, and whether ${nic} is on its LAN`
          : `look whether ${gateway} is there, and whether the switch's port of ${nic} is a trunk that carries VLAN ${segment}`,
      );
    }
    if ((await asks(strangeMac)) === undefined)
      return fail(
        `${nic} of ${name} gets no answers to other MAC addresses than its own: no container is reached by it`,
        "a hypervisor or a switch keeps them back: permit promiscuous mode, forged transmits and MAC changes on the virtual switch, or " +
          "more MAC addresses per port (port security)",
      );
  }
  return undefined;
}

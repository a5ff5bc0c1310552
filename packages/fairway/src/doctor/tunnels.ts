import { networkInterfaces } from "node:os";
import { tunnelAddressIn } from "../host/open-vswitch/open-vswitch.ts";
import { Blocked, type Check, fail, ok } from "./finding.ts";
import { externalIds } from "./open-vswitch.ts";
import type { Site } from "./site.ts";

/** Bytes that a tunnel adds to a packet over IPv4; over IPv6 it is 20 more. */
const overheads: Readonly<Record<string, number>> = { geneve: 58, vxlan: 50 };

const address: Check = {
  name: "tunnel address",
  about: "Whether the address at which other hosts reach this one (ovn-encap-ip) is on one of its links",
  look: async (site) => {
    const { ip, link } = await tunnelLink(site);
    return link === undefined
      ? fail(
          `no link that is up has ${ip}`,
          "ovs-vsctl set open_vswitch . external_ids:ovn-encap-ip=ADDRESS, one of this machine's",
        )
      : ok(`${ip} on ${link}`);
  },
};

const mtu: Check = {
  name: "MTU",
  about:
    "Whether the networks' packets, with the tunnel's headers, fit through the link that carries the tunnels",
  look: async (site, signal) => {
    const { ip, link } = await tunnelLink(site);
    if (link === undefined) throw new Blocked(`not looked at: no link that is up has ${ip}`);
    const encapsulation = (await externalIds(site))["ovn-encap-type"] ?? "geneve";
    const underlay = (await site.links.find(link))?.mtu ?? 0;
    const fits = underlay - (overheads[encapsulation] ?? 58) - (ip.includes(":") ? 20 : 0);
    const tooLarge = (await networkMtus(site)).filter(({ mtu }) => mtu > fits);
    if (tooLarge.length > 0)
      return fail(
        `${link} has ${underlay}, so that ${fits} fits; ${tooLarge.map(({ name, mtu }) => `${name} has ${mtu}`).join(", ")}: large packets to other hosts are lost`,
        `ip link set ${link} mtu ${underlay + Math.max(...tooLarge.map(({ mtu }) => mtu)) - fits}, on every host, or create the network with -o mtu=${fits}`,
      );
    const { underlayMtu } = await site.api.showHost({ host: site.config.host.name }, { signal });
    if (underlayMtu !== null && underlayMtu !== underlay)
      return fail(
        `${link} has ${underlay}, and the center counts with ${underlayMtu}, which it was told before`,
        `ip link set ${link} mtu ${underlayMtu}; why the center does not take ${underlay}: journalctl --unit fairway --grep 'register this host'`,
      );
    return ok(`${link} has ${underlay}; up to ${fits} fits into a tunnel`);
  },
};

export const tunnelChecks: readonly Check[] = [address, mtu];

async function tunnelLink(site: Site): Promise<{ readonly ip: string; readonly link: string | undefined }> {
  const ip = tunnelAddressIn(await externalIds(site));
  if (ip === undefined) throw new Blocked("not looked at: Open vSwitch has no external_ids:ovn-encap-ip");
  const carrier = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some((each) => each.address === ip),
  );
  // A bridge of the userspace datapath has no carrier without its daemon.
  if (carrier === undefined) await site.vswitchd.need();
  return { ip, link: carrier?.[0] };
}

/** Of the networks with containers on this machine; others do not count with its link. Bytes. */
async function networkMtus(site: Site): Promise<readonly { readonly name: string; readonly mtu: number }[]> {
  const items = await site.hostItems.need();
  const names = new Map(
    items.flatMap((item) => (item.kind === "network" ? [[item.network, item.name]] : [])),
  );
  const mtus = new Map(items.flatMap((item) => (item.kind === "endpoint" ? [[item.network, item.mtu]] : [])));
  return Array.from(mtus, ([network, mtu]) => ({ name: names.get(network) ?? network, mtu }));
}

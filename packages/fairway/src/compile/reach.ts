import { derive, deriveMac } from "../identity.ts";
import { hasReach, hostReach, hostsWithReach } from "../intent/host-reach.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { type Family, familyOf, formatIp, parseIp } from "../ip.ts";
import { type DesiredRow, tag } from "./desired.ts";
import { reachLink, transitMac, transitSwitch } from "./egress.ts";
import type { LegItem } from "./egress-leg.ts";

/**
 * A host's second leg on a network: an ordinary port, by which the host itself reaches containers on other hosts. What they answer
 * to the first one, a `localport`, would end at their own host's.
 */
export interface ReachItem extends Omit<LegItem, "kind"> {
  readonly kind: "reach";
}

export function reachKey(network: string): string {
  return `reach/${network}`;
}

/** The ports of the hosts that reach a network, on its transit switch. */
export function compileReach(view: View, network: string): readonly DesiredRow[] {
  const row = view.get("Network", network);
  const reach = row && hostReach(view, row);
  if (reach === undefined || reach.cidrs.length === 0) return [];
  const parent = transitSwitch(network);
  return hostsWithReach(view, network).flatMap((host): DesiredRow[] => {
    if (host.number === null) return [];
    const uuid = portOf(network, host);
    const addresses = [
      [macOf(network, host), ...reachAddresses(reach.cidrs, host.number).map(({ ip }) => ip)].join(" "),
    ];
    return [
      {
        table: "Logical_Switch_Port",
        uuid,
        parent,
        cells: {
          name: uuid,
          addresses,
          port_security: addresses,
          external_ids: tag(`reach/${network}`, parent, { "fairway-host": host.name }),
        },
      },
    ];
  });
}

export function reachItem(view: View, hostUuid: string, network: string): ReachItem | undefined {
  const row = view.get("Network", network);
  const reach = row && hostReach(view, row);
  if (row === undefined || reach === undefined || reach.cidrs.length === 0) return undefined;
  const host = hasReach(view, network, hostUuid) ? view.get("Host", hostUuid) : undefined;
  if (host === undefined || host.number === null) return undefined;
  const addresses = reachAddresses(reach.cidrs, host.number);
  return {
    key: reachKey(network),
    kind: "reach",
    network,
    name: row.name,
    mode: row.mode === "routed" ? "routed" : "nat",
    ifaceId: portOf(network, host),
    mac: macOf(network, host),
    addresses: addresses.map(({ ip, prefix }) => `${ip}/${prefix}`),
    router: { mac: transitMac(network), addresses: addresses.map(({ router }) => router) },
    cidrs: [...reach.cidrs],
    mtu: row.mtu,
  };
}

function portOf(network: string, { _uuid }: IntentRow<"Host">): string {
  return derive("reach", network, _uuid);
}

function macOf(network: string, { _uuid }: IntentRow<"Host">): string {
  return deriveMac("reach", network, _uuid);
}

/**
 * A host's own on every network's transit link, in the families in which it reaches the network.
 * @param number of the host.
 */
export function reachAddresses(cidrs: readonly string[], number: number) {
  const families: readonly Family[] = [...new Set(cidrs.map(familyOf))];
  return families.map((family) => {
    const { subnet, router, prefix } = reachLink[family];
    return { ip: formatIp(family, parseIp(subnet).value + BigInt(number)), router, prefix };
  });
}

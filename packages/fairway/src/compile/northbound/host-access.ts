import { derive, deriveMac } from "../../identity.ts";
import { accessCidrs, hostsWithAccess } from "../../intent/host-access.ts";
import type { View } from "../../intent/view.ts";
import { type Family, familyOf, formatIp, parseIp } from "../../ip.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import { hostAccessLink, transitSwitch } from "./egress.ts";
import { requestedChassis } from "./requested-chassis.ts";
import type { UnitKind } from "./unit-kind.ts";

/** The ports of the hosts that reach a network, on its transit switch. */
export const hostAccessUnits = {
  name: "host-access",
  formerly: "reach",
  table: "Network",
  statusPart: "northbound (hosts)",
  compile: compileHostAccess,
} as const satisfies UnitKind;

function compileHostAccess(view: View, network: string): readonly DesiredRow[] {
  const cidrs = accessCidrs(view, network);
  if (cidrs.length === 0) return [];
  const transit = inSwitch(transitSwitch(network), "ports", `network/${network}`);
  return hostsWithAccess(view, network).flatMap((uuid): DesiredRow[] => {
    const host = view.get("Host", uuid);
    if (host === undefined || host.number === null) return [];
    const port = hostAccessPort(network, uuid);
    const addresses = [
      [hostAccessMac(network, uuid), ...hostAccessAddresses(cidrs, host.number).map(({ ip }) => ip)].join(
        " ",
      ),
    ];
    return [
      {
        table: "Logical_Switch_Port",
        uuid: port,
        references: [transit],
        columns: {
          name: port,
          addresses,
          port_security: addresses,
          options: requestedChassis(host),
          external_ids: { "fairway-host": host.name },
        },
      },
    ];
  });
}

/** The logical port by which a host reaches a network: its UUID and name, which is the `iface-id` on the host. */
export function hostAccessPort(network: string, host: string): string {
  return derive("reach", network, host);
}

/** The MAC address of that port. */
export function hostAccessMac(network: string, host: string): string {
  return deriveMac("reach", network, host);
}

/**
 * A host's own on every network's transit link, in the families in which it reaches the network.
 * @param number of the host.
 */
export function hostAccessAddresses(cidrs: readonly string[], number: number) {
  const families: readonly Family[] = [...new Set(cidrs.map(familyOf))];
  return families.map((family) => {
    const { subnet, router, prefix } = hostAccessLink[family];
    return { ip: formatIp(family, parseIp(subnet).value + BigInt(number)), router, prefix };
  });
}

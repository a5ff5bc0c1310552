import { hasPort } from "../../intent/endpoint-port.ts";
import { membershipOf } from "../../intent/security-groups.ts";
import type { View } from "../../intent/view.ts";
import { vipMembers } from "../../intent/vips.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import type { UnitKind } from "./unit-kind.ts";

/**
 * A VIP: a port that no host plugs. OVN binds it to whichever of its parents says that it has the address, by ARP or neighbour discovery, and routers lead there
 * from then on (ovn-nb(5), `virtual`).
 */
export const vipUnits = {
  name: "vip",
  table: "Vip",
  statusPart: "northbound",
  compile: compileVip,
} as const satisfies UnitKind;

function compileVip(view: View, uuid: string): readonly DesiredRow[] {
  const vip = view.get("Vip", uuid);
  if (vip === undefined) return [];
  const { ip, network } = vip;
  const parents = vipMembers(view, vip)
    .filter((endpoint) => hasPort(endpoint, membershipOf(view, endpoint)))
    .map(({ _uuid }) => _uuid)
    .sort();
  return [
    {
      table: "Logical_Switch_Port",
      uuid,
      references: [inSwitch(network, "ports", `network/${network}`)],
      columns: {
        name: uuid,
        type: "virtual",
        options: { "virtual-ip": ip, "virtual-parents": parents.join(",") },
      },
    },
  ];
}

import { derive, deriveMac } from "../../identity.ts";
import { hasWireUplink } from "../../intent/egress.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Family, familyOf, formatIp, parseIp } from "../../ip.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";
import { wirePortName } from "./physical.ts";

type Network = IntentRow<"Network">;

/** Above the guards of endpoints: OVN takes 0 to 32767 (ovn-nb(5), ACL). */
const priority = 32_001;

/**
 * Where networks on wires have the addresses of their hosts' uplinks: link-local ones (RFC 3927 keeps its last 256), and of a prefix that
 * is nobody's else. A container may be on two such networks, so each network has its own; they are apart from those of
 * the transit links (`egress.ts`) and from the name service's.
 */
const pool = {
  4: { first: "169.254.192.0", size: 63 * 256 },
  6: { first: "fdfa::2:0", size: 65_536 },
} as const satisfies Record<Family, { readonly first: string; readonly size: number }>;

/** The interface by which each host and its own containers on a wire reach each other. */
interface WireUplink {
  /** Name of the logical port, which is the `iface-id` on the hosts (ovn-controller(8)). */
  readonly ifaceId: string;
  readonly mac: string;
  /** The same on every host, IPv4 first. */
  readonly addresses: readonly string[];
}

/** Of a network with `hasWireUplink`, in the families of its subnets. */
export function wireUplink(view: View, network: string): WireUplink {
  const families = new Set(view.find("Subnet", "byNetwork", network).map(({ cidr }) => familyOf(cidr)));
  const place = Number.parseInt(derive("wire-uplink", network).slice(0, 8), 16);
  return {
    ifaceId: derive("leg", network),
    mac: deriveMac("leg", network),
    addresses: ([4, 6] as const)
      .filter((family) => families.has(family))
      .map((family) => {
        const { first, size } = pool[family];
        return formatIp(family, parseIp(first).value + BigInt(1 + (place % (size - 1))));
      }),
  };
}

/**
 * One `localport` for the uplinks of all hosts: OVN answers for its addresses on each host and gives nothing of it to the wire (ovn-nb(5)).
 * Nobody on the wire reaches a host by it: what comes in from there for its MAC address is dropped, and so is what is sent to everybody.
 */
export function compileWireUplink(view: View, network: Network): readonly DesiredRow[] {
  const wire = wirePortName(network);
  if (wire === undefined || !hasWireUplink(network)) return [];
  const uuid = network._uuid;
  const { ifaceId, mac, addresses } = wireUplink(view, uuid);
  const drop = (name: string, direction: "from-lport" | "to-lport", match: string): DesiredRow => ({
    table: "ACL",
    uuid: derive(`guard-${name}`, uuid),
    references: [inSwitch(uuid, "acls")],
    columns: { direction, priority, match, action: "drop", external_ids: { "fairway-guard": name } },
  });
  return [
    {
      table: "Logical_Switch_Port",
      uuid: ifaceId,
      references: [inSwitch(uuid, "ports")],
      columns: { name: ifaceId, type: "localport", addresses: [[mac, ...addresses].join(" ")] },
    },
    drop("uplink-from-wire", "from-lport", `inport == "${wire}" && eth.dst == ${mac}`),
    drop("uplink-broadcast", "to-lport", `outport == "${ifaceId}" && eth.mcast`),
  ];
}

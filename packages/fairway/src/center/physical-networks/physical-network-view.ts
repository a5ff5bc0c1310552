import type { IntentRow, View } from "../../intent/view.ts";
import { revisionOf } from "../revision.ts";
import type { PhysicalNetwork } from "../schemas/physical-network.ts";

/** A physical network as the API shows it. What a host said of it ends with the host. */
export function physicalNetworkView(view: View, row: IntentRow<"Physical_Network">): PhysicalNetwork {
  const networks = view.find("Network", "byPhysicalNetwork", row._uuid);
  const ports = view.find("Physical_Port", "byPhysicalNetwork", row._uuid);
  const hosts = new Set(Array.from(view.rows("Host"), ({ name }) => `on ${name}`));
  return {
    uuid: row._uuid,
    name: row.name,
    type: row.type,
    ranges: [...row.ranges],
    peers: [...row.peers],
    tunnelPort: row.tunnel_port,
    mtu: row.mtu,
    options: { ...row.options },
    ports: ports
      .map((port) => ({
        interface: port.name,
        host: port.host === null ? null : (view.get("Host", port.host)?.name ?? null),
        takeAddress: port.take_address,
        options: { ...port.options },
        revision: revisionOfPhysicalPort(port),
      }))
      .toSorted((one, other) => (one.host ?? "").localeCompare(other.host ?? "")),
    networks: networks
      .map(({ name, segment }) => ({ name, segment }))
      .toSorted((one, other) => (one.segment ?? 0) - (other.segment ?? 0)),
    revision: revisionOfPhysicalNetwork(row),
    status: Object.fromEntries(Object.entries(row.status).filter(([part]) => hosts.has(part))),
  };
}

/** The revision of what a physical network is to be; its ports have their own. */
export function revisionOfPhysicalNetwork({
  name,
  type,
  ranges,
  peers,
  tunnel_port,
  mtu,
  options,
}: IntentRow<"Physical_Network">): string {
  return revisionOf({
    name,
    type,
    ranges: [...ranges].sort(),
    peers: [...peers].sort(),
    tunnel_port,
    mtu,
    options,
  });
}

/** The revision of what a physical port is to be. */
export function revisionOfPhysicalPort({
  physical_network,
  name,
  host,
  take_address,
  options,
}: IntentRow<"Physical_Port">): string {
  return revisionOf({ physical_network, name, host, take_address, options });
}

import type { IntentRow, View } from "../../intent/view.ts";
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
      .map(({ name, host, take_address, options }) => ({
        interface: name,
        host: host === null ? null : (view.get("Host", host)?.name ?? null),
        takeAddress: take_address,
        options: { ...options },
      }))
      .toSorted((one, other) => (one.host ?? "").localeCompare(other.host ?? "")),
    networks: networks
      .map(({ name, segment }) => ({ name, segment }))
      .toSorted((one, other) => (one.segment ?? 0) - (other.segment ?? 0)),
    status: Object.fromEntries(Object.entries(row.status).filter(([part]) => hosts.has(part))),
  };
}

import { z } from "zod";
import { components, hostName, stringMap, uuid } from "./common.ts";
import { interfaceName, physicalTypes } from "./physical-network-spec.ts";

/** An interface by which a physical network is reached. */
export const physicalPort = z.strictObject({
  interface: interfaceName,
  /** null: on every host that has no port of its own there. */
  host: hostName.nullable().default(null),
  /** Whether the addresses and routes that the host has on the interface are moved to the bridge that it is put into. */
  takeAddress: z.boolean().default(false),
  options: stringMap.default({}),
});
export type PhysicalPort = z.output<typeof physicalPort>;
components.add(physicalPort, { id: "PhysicalPort" });

export const physicalNetwork = z.strictObject({
  uuid,
  name: z.string(),
  type: z.enum(physicalTypes),
  ranges: z.array(z.string()),
  /** Of type vtep: the addresses of the foreign ends of its tunnels. */
  peers: z.array(z.string()),
  /** Of type vtep: the UDP port of its tunnels; null: VXLAN's own, 4789. */
  tunnelPort: z.int().nullable(),
  /** Bytes; null where nobody said. */
  mtu: z.int().nullable(),
  options: stringMap,
  ports: z.array(physicalPort),
  /** The networks that it carries, each with its VLAN or VNI; null on a flat one. */
  networks: z.array(z.strictObject({ name: z.string(), segment: z.int().nullable() })),
  /** What does not work, by host; empty: all is well. */
  status: stringMap,
});
export type PhysicalNetwork = z.output<typeof physicalNetwork>;
components.add(physicalNetwork, { id: "PhysicalNetwork" });

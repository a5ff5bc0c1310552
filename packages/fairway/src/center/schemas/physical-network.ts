import { z } from "zod";
import { components, hostName, stringMap, uuid } from "./common.ts";
import { interfaceName, physicalTypes } from "./physical-network-spec.ts";
import { patched } from "./spec-shapes.ts";

/** What an interface is to be by which a physical network is reached. */
export const physicalPortSpec = z.strictObject({
  interface: interfaceName,
  /** null: on every host that has no port of its own there. */
  host: hostName.nullable().default(null),
  /** Whether the addresses and routes that the host has on the interface are moved to the bridge that it is put into. */
  takeAddress: z.boolean().default(false),
  options: stringMap.default({}),
});
export type PhysicalPortSpec = z.output<typeof physicalPortSpec>;
components.add(physicalPortSpec, { id: "PhysicalPortSpec" });

/** Which port of which physical network. */
export interface PhysicalPortKey extends Pick<PhysicalPortSpec, "interface" | "host"> {
  /** Its name. */
  readonly physicalNetwork: string;
}

/** A change of a physical port (RFC 7396); its interface and its host stay. */
export const physicalPortChange = z.strictObject({
  takeAddress: z.boolean().optional(),
  ...patched({ options: stringMap }),
});
export type PhysicalPortChange = z.output<typeof physicalPortChange>;
components.add(physicalPortChange, { id: "PhysicalPortPatch" });

/** An interface by which a physical network is reached. */
const physicalPort = z.strictObject({
  interface: interfaceName,
  host: hostName.nullable(),
  takeAddress: z.boolean(),
  options: stringMap,
  /** Another one after each change of what the port is to be. */
  revision: z.string(),
});
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
  /** Another one after each change of what the physical network is to be; its ports have their own. */
  revision: z.string(),
  /** What does not work, by host; empty: all is well. */
  status: stringMap,
});
export type PhysicalNetwork = z.output<typeof physicalNetwork>;
components.add(physicalNetwork, { id: "PhysicalNetwork" });

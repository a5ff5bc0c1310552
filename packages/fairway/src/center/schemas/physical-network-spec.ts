import { z } from "zod";
import { components, ipAddress, stringMap, text } from "./common.ts";
import { patched } from "./spec-shapes.ts";

/** Types of physical networks; `vxlan`, `geneve` and `native` are VLCP's words for two of them. */
export const physicalTypes = ["overlay", "vlan", "flat", "local", "vtep"] as const;
const words = { vxlan: "overlay", geneve: "overlay", native: "flat" } as const;

/** What carries the frames of a physical network. */
const physicalType = z
  .enum([...physicalTypes, ...(Object.keys(words) as (keyof typeof words)[])])
  .transform((word) => (word in words ? words[word as keyof typeof words] : (word as PhysicalType)));
export type PhysicalType = (typeof physicalTypes)[number];

/** Ends of VXLAN tunnels (RFC 7348) that are no hosts of ours: switches, plain Linux. */
const peers = z.array(ipAddress).max(256);

const range = text(17, 1).describe("A VLAN or VNI, or a range of them: 1000-1030");

/** What a physical network is to be. */
export const physicalNetworkSpec = z.strictObject({
  type: physicalType,
  /** From which its logical networks take their VLAN or VNI. */
  ranges: z.array(range).max(1_024).default([]),
  /** Of type vtep: the addresses of the foreign ends of its tunnels. */
  peers: peers.default([]),
  /** Of type vtep: the UDP port of its tunnels; null: VXLAN's own, 4789. */
  tunnelPort: z.int().min(1).max(65_535).nullable().default(null),
  /** Of its links, bytes; null: 1,500, and in tunnels what fits them. */
  mtu: z.int().min(68).max(65_535).nullable().default(null),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
});
export type PhysicalNetworkSpec = z.output<typeof physicalNetworkSpec>;

/** A change of a physical network (RFC 7396). */
export const physicalNetworkChange = z.strictObject({
  ranges: z.array(range).max(1_024).optional(),
  peers: peers.optional(),
  tunnelPort: z.int().min(1).max(65_535).nullable().optional(),
  mtu: physicalNetworkSpec.shape.mtu.unwrap().optional(),
  ...patched({ options: stringMap }),
});
export type PhysicalNetworkChange = z.output<typeof physicalNetworkChange>;
components.add(physicalNetworkSpec, { id: "PhysicalNetworkSpec" });
components.add(physicalNetworkChange, { id: "PhysicalNetworkPatch" });

/** Names that a command line and an option take without quotes. */
export const physicalNetworkName = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "must be 1 to 63 letters, digits, dots, dashes and underscores");

/** A name that Linux gives a network interface (`dev_valid_name`): 1 to 15 characters without slash, colon and white space. */
export const interfaceName = z
  .string()
  .max(15)
  .regex(/^(?!\.{1,2}$)[!-.0-9;-~]+$/, "must be the name of a network interface, e.g. eth1");

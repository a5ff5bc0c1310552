import { z } from "zod";
import { cidr, components, hostName, ipAddress, macAddress, stringMap, text, uuid } from "./common.ts";
import { organizationName } from "./level-name.ts";
import { patched } from "./spec-shapes.ts";

/** As Docker names its containers, and as long as one label of a DNS name (RFC 1035 §2.3.4): the port answers to it on its network. */
export const portName = z
  .string()
  .max(63)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
    "must be letters, digits, dots, dashes and underscores, and begin with a letter or digit, e.g. vm1",
  );

/** What a port is to be that no engine makes: for a virtual machine, a network namespace, or what else is plugged by its `iface-id`. */
export const portSpec = z.strictObject({
  /** Its UUID, which is its `iface-id`; absent: one is made up. */
  id: uuid.toLowerCase().optional(),
  /** A name, `name@host`, a UUID, or the start of an engine's id. */
  network: text(255, 1),
  /** For which organization it is on a network that another one shares; absent: that of who asks, or else the network's own. */
  organization: organizationName.optional(),
  /** Bare addresses; of each family of the network that has none among them the next free one is taken. */
  addresses: z.array(ipAddress).max(2).default([]),
  /** A subnet of the network, as `/v1/subnets` names it: of its family the address is one of it. Absent: of any of the network's. */
  subnet: text(320, 1).optional(),
  /** Absent: one is made up. */
  mac: macAddress.optional(),
  /** The only host on which it may be plugged; absent: any. */
  host: hostName.optional(),
  labels: stringMap.default({}),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
});
export type PortSpec = z.output<typeof portSpec>;
components.add(portSpec, { id: "PortSpec" });

/** The same with its name, where no path says that. */
export const newPort = portSpec.extend({ name: portName });
export type NewPort = z.output<typeof newPort>;
components.add(newPort, { id: "NewPort" });

/** A change of a port (RFC 7396); its network, its host and its UUID stay. */
export const portPatch = z.strictObject({
  name: portName.optional(),
  mac: portSpec.shape.mac,
  ...patched({ labels: portSpec.shape.labels, options: portSpec.shape.options }),
  /** Those of each family that is among them; of another family it keeps what it has. */
  addresses: z.array(ipAddress).max(2).nullable().optional(),
});
export type PortPatch = z.output<typeof portPatch>;
components.add(portPatch, { id: "PortPatch" });

/** A port that no engine made, with all that is needed to plug it and to give whoever is behind it its addresses by hand. */
export const port = z.strictObject({
  uuid,
  name: z.string(),
  /** What an interface of Open vSwitch must have as `external_ids:iface-id` to be this port (ovn-controller(8)). */
  ifaceId: uuid,
  network: z.strictObject({ uuid, name: z.string() }),
  /** The name of the organization that has it on a network which another one shares; null: the network's own organization. */
  organization: z.string().nullable(),
  mac: macAddress,
  /** Bytes. */
  mtu: z.int(),
  /** With prefix lengths, IPv4 first. */
  addresses: z.array(cidr),
  /** Next hops of the default routes, one of each family at most. */
  gateways: z.array(ipAddress),
  /** Beside the default routes; without a next hop the destination is on the network's own link. */
  routes: z.array(z.strictObject({ destination: cidr, nextHop: ipAddress.optional() })),
  /** The name servers that DHCP tells. */
  dns: z.array(ipAddress),
  /** Where it is plugged, or was last until a moment ago; of a pinned one, where it may be. Null where it is nowhere. */
  host: hostName.nullable(),
  /** Whether it may be plugged on that host alone, because somebody asked for it. */
  pinned: z.boolean(),
  /** Whether a host has told OVN that it is plugged there. */
  plugged: z.boolean(),
  /** Whether others are on the network, on other hosts. */
  hasPeers: z.boolean(),
  /** Whether router advertisements of others than the network's router are kept from it where Fairway plugs it. */
  isGuarded: z.boolean(),
  labels: stringMap,
  options: stringMap,
  /** Another one after each change of what the port is to be. */
  revision: z.string(),
  /** The id under which the logs tell how it was made. */
  request: z.string(),
  status: stringMap,
});
export type Port = z.infer<typeof port>;
components.add(port, { id: "Port" });

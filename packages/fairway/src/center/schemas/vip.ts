import { z } from "zod";
import { components, ipAddress, stringMap, text, uuid } from "./common.ts";
import { patched } from "./spec-shapes.ts";

/** Each is a port of OVN's that it looks at for every VIP. */
const mostMembers = 64;

const fields = {
  /** Names of containers and ports of its network, which have it in turn. One that is gone has it no more, until one of that name is there again. */
  members: z.array(text(255, 1)).max(mostMembers).default([]),
  labels: stringMap.default({}),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
} as const;

/** An address that its members have in turn. */
export const newVip = z.strictObject({
  network: text(255, 1).describe("A network's name or UUID"),
  /** Of one of the network's subnets. */
  ip: ipAddress,
  ...fields,
});
export type NewVip = z.output<typeof newVip>;
components.add(newVip, { id: "NewVip" });

/** A change of a VIP (RFC 7396); its address stays. */
export const vipPatch = z.strictObject(patched(fields));
export type VipPatch = z.output<typeof vipPatch>;
components.add(vipPatch, { id: "VipPatch" });

export const vip = z.strictObject({
  uuid,
  /** Bare. */
  ip: ipAddress,
  network: z.strictObject({ uuid, name: z.string() }),
  members: z.array(z.string()),
  labels: stringMap,
  options: stringMap,
  /** Another one after each change of what it is to be. */
  revision: z.string(),
  /** What does not work at the moment, by part; empty when all is well. */
  status: stringMap,
});
export type Vip = z.infer<typeof vip>;
components.add(vip, { id: "Vip" });

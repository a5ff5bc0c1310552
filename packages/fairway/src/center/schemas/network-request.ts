import { z } from "zod";
import { levelsPattern } from "../../level-names.ts";
import { networkSpec } from "../networks/network-spec.ts";
import { subnetSpec } from "../subnets/subnet-spec.ts";
import { components, family, ownUuid, text } from "./common.ts";
import { organizationName } from "./level-name.ts";
import { patched, stated } from "./spec-shapes.ts";

/**
 * What every engine takes as a network's name, and no other meaning has (moby `restrictedNameChars`, `IsPredefined`); one in a zone, which engines join
 * under names of their own, has the zone's name before its own.
 */
const networkName = text(255, 1)
  .regex(
    new RegExp(`^(?:[A-Za-z0-9][A-Za-z0-9_.-]*|${levelsPattern(4)})$`),
    'must be letters, digits, "_", "." and "-", and begin with a letter or a digit; of one in a zone ORGANIZATION/DOMAIN/ZONE/SUBNET',
  )
  .refine(
    (name) =>
      !["bridge", "host", "none", "default", "container"].includes(name) && !z.uuid().safeParse(name).success,
    "must be another name: Docker has this one for itself, or it is a UUID",
  );

const { managed: _engines, ...subnetFields } = subnetSpec.shape;
const { scope: _engines2, subnets: _apart, ...networkFields } = networkSpec.shape;

/** A subnet as a person asks for it. Its gateway is its first free address where none is said. */
const askedSubnet = z.strictObject({
  ...stated(subnetFields),
  /** Where no CIDR is said: of which family a free subnet is wanted; IPv4 by default. */
  family: family.optional(),
});
export type AskedSubnet = z.output<typeof askedSubnet>;

/** The names of other organizations, which may have ports on a network of an organization; absent: of none. */
const sharedWith = z.array(organizationName).max(1024);

/**
 * A network as a person asks for it, without an engine. Its `options` are those of `docker network create -o`: what of them is known says the same
 * as the field does.
 */
export const askedNetwork = z.strictObject({
  name: networkName,
  ...stated(networkFields),
  /** Absent: one free subnet of IPv4. */
  subnets: z.array(askedSubnet).max(64).optional(),
  sharedWith: sharedWith.optional(),
});
export type AskedNetwork = z.output<typeof askedNetwork>;

/** The same with a UUID that its maker chose. */
export const newNetwork = askedNetwork.extend({ id: ownUuid.optional() });
export type NewNetwork = z.input<typeof newNetwork>;
components.add(newNetwork, { id: "NewNetwork" });
components.add(askedNetwork, { id: "AskedNetwork" });

/** A change of a network (RFC 7396). A list, as `subnets`, takes the place of the one that was there. */
export const networkPatch = z.strictObject({
  name: networkName.optional(),
  ...patched(networkFields),
  subnets: z.array(askedSubnet).max(64).optional(),
  sharedWith: sharedWith.nullable().optional(),
});
export type NetworkPatch = z.input<typeof networkPatch>;
components.add(networkPatch, { id: "NetworkPatch" });

const ofNetwork = text(255, 1).describe("A network's name or UUID");

/** A subnet of a network that is there. */
export const subnetOfNetwork = askedSubnet.extend({ network: ofNetwork });
export type SubnetOfNetwork = z.output<typeof subnetOfNetwork>;
components.add(subnetOfNetwork, { id: "AskedSubnet" });

export const newSubnet = subnetOfNetwork.extend({ id: ownUuid.optional() });
export type NewSubnet = z.input<typeof newSubnet>;
components.add(newSubnet, { id: "NewSubnet" });

/** A change of a subnet (RFC 7396); its CIDR, its gateway and its network stay. */
export const subnetPatch = z.strictObject(patched(subnetFields));
export type SubnetPatch = z.input<typeof subnetPatch>;
components.add(subnetPatch, { id: "SubnetPatch" });

import { z } from "zod";
import { components, stringMap, uuid } from "./common.ts";
import { organizationName, zoneName } from "./level-name.ts";
import { patched } from "./spec-shapes.ts";

/** What an organization or a zone is to be, beside what is in it. */
export const levelSpec = z.strictObject({
  labels: stringMap.default({}),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
});
components.add(levelSpec, { id: "LevelSpec" });

/** A change of it (RFC 7396). */
export const levelPatch = z.strictObject(patched(levelSpec.shape));
export type LevelPatch = z.output<typeof levelPatch>;
components.add(levelPatch, { id: "LevelPatch" });

const quota = z.int().min(0).optional();

/** How much of each an organization may have at most; without bounds where nothing is said. */
const quotas = z.strictObject({
  /** Networks of its zones. */
  networks: quota,
  /** Addresses that endpoints have in them, and that are reserved there. */
  addresses: quota,
  /** Endpoints of containers, and ports that were made by name. */
  ports: quota,
  /** What its domains say of zones: the entries of `zoneRules`. */
  rules: quota,
});
export type Quotas = z.output<typeof quotas>;
components.add(quotas, { id: "Quotas" });

/** What an organization is to be. */
export const organizationSpec = levelSpec.extend({ quotas: quotas.default({}) });
components.add(organizationSpec, { id: "OrganizationSpec" });

/** A change of it (RFC 7396): without a quota that is null it has no bound. */
export const organizationPatch = levelPatch.extend({
  quotas: z.strictObject(patched(quotas.shape)).nullable().optional(),
});
export type OrganizationPatch = z.output<typeof organizationPatch>;
components.add(organizationPatch, { id: "OrganizationPatch" });

export const newOrganization = organizationSpec.extend({ name: organizationName });
export type NewOrganization = z.output<typeof newOrganization>;
components.add(newOrganization, { id: "NewOrganization" });

/** Its name says of which domain it is. */
export const newZone = levelSpec.extend({ name: zoneName });
components.add(newZone, { id: "NewZone" });

/** What is made on a level of its own. */
export type NewLevel = z.output<typeof newZone>;

const shown = {
  uuid,
  name: z.string(),
  labels: stringMap,
  options: stringMap,
  /** Another one after each change of what it is to be. */
  revision: z.string(),
} as const;

const amount = z.int().min(0);

/** How much it has of what quotas bound, whether there are any. */
const usage = z.strictObject({ networks: amount, addresses: amount, ports: amount, rules: amount });
export type Usage = z.infer<typeof usage>;

/** Whoever has routers of its own, its domains. */
export const organization = z.strictObject({
  ...shown,
  /** How much of each it may have at most; without bounds where nothing is said. */
  quotas,
  usage,
  /** The full names of its domains. */
  domains: z.array(z.string()),
  /** The full names of others' networks that are shared with it. */
  sharedNetworks: z.array(z.string()),
});
export type Organization = z.infer<typeof organization>;
components.add(organization, { id: "Organization" });

/** Some of the networks of a domain. */
export const zone = z.strictObject({
  ...shown,
  /** The full name of its domain: a router. */
  domain: z.string(),
  /** The full names of its networks. */
  networks: z.array(z.string()),
});
export type Zone = z.infer<typeof zone>;
components.add(zone, { id: "Zone" });

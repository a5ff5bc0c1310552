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

export const newOrganization = levelSpec.extend({ name: organizationName });
components.add(newOrganization, { id: "NewOrganization" });

/** Its name says of which domain it is. */
export const newZone = levelSpec.extend({ name: zoneName });
components.add(newZone, { id: "NewZone" });

/** What is made on a level of its own. */
export type NewLevel = z.output<typeof newOrganization>;

const shown = {
  uuid,
  name: z.string(),
  labels: stringMap,
  options: stringMap,
  /** Another one after each change of what it is to be. */
  revision: z.string(),
} as const;

/** Whoever has routers of its own, its domains. */
export const organization = z.strictObject({
  ...shown,
  /** The full names of its domains. */
  domains: z.array(z.string()),
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

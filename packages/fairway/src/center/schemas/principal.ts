import { z } from "zod";
import { components, uuid } from "./common.ts";
import { organizationName } from "./level-name.ts";

/** From what it may least to what it may most. */
export const roles = ["viewer", "member", "admin"] as const;
export type Role = (typeof roles)[number];

/** It stands in log lines and paths as it is. */
export const principalName = z
  .string()
  .max(64)
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9._@-]*[A-Za-z0-9])?$/,
    "must be letters, digits and . _ @ -, e.g. ci or ann@example.org",
  );

const organization = organizationName.nullable();

export const principalRequest = z.strictObject({
  name: principalName,
  role: z.enum(roles),
  /** Null: in all organizations, and with what belongs to none. */
  organization: organization.default(null),
  /** How long its token is good for, seconds: at most ten years; null: until the principal is removed. */
  lifetime: z
    .int()
    .min(1)
    .max(3_653 * 86_400)
    .nullable()
    .default(null),
});
export type PrincipalRequest = z.input<typeof principalRequest>;
components.add(principalRequest, { id: "PrincipalRequest" });

/** A change of a principal (RFC 7396); its name and its token stay. */
export const principalPatch = z.strictObject({
  role: principalRequest.shape.role.optional(),
  organization: organization.optional(),
  /** From now on. */
  lifetime: principalRequest.shape.lifetime.unwrap().optional(),
});
export type PrincipalPatch = z.output<typeof principalPatch>;
components.add(principalPatch, { id: "PrincipalPatch" });

export const principal = z.strictObject({
  uuid,
  name: principalName,
  role: z.enum(roles),
  organization,
  created: z.iso.datetime(),
  /** Null where it never expires. */
  expires: z.iso.datetime().nullable(),
  state: z.enum(["valid", "expired"]),
  /** Another one after each change of what the principal may. */
  revision: z.string(),
});
export type Principal = z.infer<typeof principal>;
components.add(principal, { id: "Principal" });

/** The only time that its token is told, and what is needed to use it elsewhere. */
export const newPrincipal = principal.extend({
  token: z.string(),
  /** The API: `https://ADDRESS:PORT`. */
  api: z.string(),
  /** The authority that gave the API its certificate (PEM). */
  authority: z.string(),
});
export type NewPrincipal = z.infer<typeof newPrincipal>;
components.add(newPrincipal, { id: "NewPrincipal" });

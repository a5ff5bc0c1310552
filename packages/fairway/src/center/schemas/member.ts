import { z } from "zod";
import { components, hostName, ipAddress, text, uuid } from "./common.ts";

/** A request for a certificate (PKCS #10, PEM), signed by its key. Whom it names is of no matter. */
const certificateRequest = z
  .string()
  .max(4096)
  .regex(/^-----BEGIN CERTIFICATE REQUEST-----/, "must be a request for a certificate (PKCS #10, PEM)");

/** A certificate's common name has no room for more (RFC 5280, ub-common-name). */
const systemId = text(64, 1);

export const tokenRequest = z.strictObject({
  role: z.enum(["host"]).default("host"),
  /** How long it is good for, seconds: at most a week. */
  lifetime: z
    .int()
    .min(1)
    .max(7 * 86_400)
    .default(3600),
});
export type TokenRequest = z.input<typeof tokenRequest>;
components.add(tokenRequest, { id: "TokenRequest" });

export const token = z.strictObject({
  uuid,
  role: z.enum(["host"]),
  created: z.iso.datetime(),
  expires: z.iso.datetime(),
  state: z.enum(["unused", "used", "expired"]),
  /** The host that joined with it. */
  usedBy: hostName.nullable(),
});
export type Token = z.infer<typeof token>;
components.add(token, { id: "Token" });

/** The only time that the token itself is told. */
export const newToken = token.extend({
  token: z.string(),
  /** Where the center listens for other machines: `ADDRESS:PORT`. */
  center: z.string(),
});
export type NewToken = z.infer<typeof newToken>;
components.add(newToken, { id: "NewToken" });

/** What a machine says to become a host of the cluster. */
export const joinRequest = z.strictObject({
  name: hostName,
  secret: z.string().regex(/^[A-Za-z0-9_-]{22}$/, "must be the last part of a token, 22 characters"),
  systemId,
  tunnelAddress: ipAddress,
  request: certificateRequest,
  /** What an administrator has set as its tunnels' encapsulations; empty: nothing. */
  encapsulations: z
    .array(z.string().regex(/^[!-~]{1,32}$/, "must be an encapsulation, e.g. geneve"))
    .max(8)
    .default([]),
  /** Fairway's on that machine. */
  version: text(64).regex(/^\d+\.\d+\.\d+/, "must be a version, e.g. 0.1.0"),
  /** What its clock says. */
  time: z.iso.datetime(),
});
export type JoinRequest = z.input<typeof joinRequest>;
components.add(joinRequest, { id: "JoinRequest" });

/** What makes a machine a member. */
export const membership = z.strictObject({
  name: hostName,
  /** Of the host, for the API and for OVN's Southbound, followed by its authority's (PEM). */
  certificate: z.string(),
  /** The authority of the centers' certificates (PEM). */
  authority: z.string(),
  /** The API, as the center's certificate names it: `https://ADDRESS:PORT`. */
  api: z.string(),
  /** OVN's Southbound, as `external_ids:ovn-remote` takes it. */
  southbound: z.string(),
  encapsulation: z.enum(["geneve", "vxlan"]),
});
export type Membership = z.infer<typeof membership>;
components.add(membership, { id: "Membership" });

export const renewalRequest = z.strictObject({ request: certificateRequest });
export type RenewalRequest = z.infer<typeof renewalRequest>;
components.add(renewalRequest, { id: "RenewalRequest" });

export const renewal = z.strictObject({ certificate: z.string(), authority: z.string() });
export type Renewal = z.infer<typeof renewal>;
components.add(renewal, { id: "Renewal" });

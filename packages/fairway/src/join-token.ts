import { randomBytes } from "node:crypto";
import { FairwayError } from "./errors.ts";
import { shorten } from "./free-text.ts";

/** What a token makes of the machine that uses it. */
type TokenRole = "host";

/** What a person carries from the center to a machine that is to join. */
export interface JoinToken {
  readonly role: TokenRole;
  /** The fingerprint of the key of the centers' authority: who cannot show that key is not the center. */
  readonly authority: string;
  readonly secret: string;
}

const form = /^(host)\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{22})$/;

/** 128 bits in 22 characters. */
export function randomSecret(): string {
  return randomBytes(16).toString("base64url");
}

/** A token as a person copies it: `ROLE.AUTHORITY.SECRET`. */
export function writeToken({ role, authority, secret }: JoinToken): string {
  return `${role}.${authority}.${secret}`;
}

/** Throws `invalid` for what is not a whole token. */
export function readToken(text: string): JoinToken {
  const [, role, authority, secret] = form.exec(text.trim()) ?? [];
  if (role !== "host" || authority === undefined || secret === undefined) {
    throw new FairwayError(
      "invalid",
      `"${shorten(text, 80)}" is not a whole token; it must be copied as ` +
        "`fairway token create` printed it, e.g. host.<43 characters>.<22 characters>",
    );
  }
  return { role, authority, secret };
}

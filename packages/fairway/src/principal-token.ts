import { randomBytes } from "node:crypto";

/** So that it is known for a token of this kind where somebody has left one. */
const prefix = "fwp_";
const form = /^fwp_[A-Za-z0-9_-]{43}$/;

/** A bearer token (RFC 6750) of a principal: 256 random bits. */
export function randomPrincipalToken(): string {
  return `${prefix}${randomBytes(32).toString("base64url")}`;
}

/** Whether a text can be a token of a principal. */
export function isPrincipalToken(text: string): boolean {
  return form.test(text);
}

/** A text without the tokens in it, for a log. */
export function withoutTokens(text: string): string {
  return text.replaceAll(/fwp_[A-Za-z0-9_-]+/g, `${prefix}…`);
}

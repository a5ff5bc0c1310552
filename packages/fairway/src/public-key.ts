import { createHash, type KeyObject } from "node:crypto";

/** What tells a public key from every other: the hash of its SubjectPublicKeyInfo (RFC 7469 §2.4), 43 characters. */
export function fingerprintOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64url");
}

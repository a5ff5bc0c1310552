import { createHash } from "node:crypto";

/** What is kept of a token, of either kind. Nobody guesses the random bits of one, so a slow hash would protect nothing more. */
export function hashOfToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

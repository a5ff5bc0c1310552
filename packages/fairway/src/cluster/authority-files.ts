import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Centers prove by one to hosts who they are, hosts by another to centers: neither can play the other. By the third the center tells its own
 * Southbound for which host it asks.
 */
export type AuthorityName = "centrals" | "hosts" | "southbound";

/** The file of an authority's own certificate. */
export function certificateOf(directory: string, name: AuthorityName): string {
  return join(directory, `${name}.crt`);
}

/** Whether `fairway init` made them here. */
export function hasAuthorities(directory: string): boolean {
  return existsSync(certificateOf(directory, "centrals")) && existsSync(certificateOf(directory, "hosts"));
}

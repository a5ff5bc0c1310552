import { existsSync } from "node:fs";
import { join } from "node:path";

/** Centrals prove by the one to hosts who they are, hosts by the other to centrals: neither can play the other. */
export type AuthorityName = "centrals" | "hosts";

/** The file of an authority's own certificate. */
export function certificateOf(directory: string, name: AuthorityName): string {
  return join(directory, `${name}.crt`);
}

/** Whether `fairway init` made them here. */
export function hasAuthorities(directory: string): boolean {
  return existsSync(certificateOf(directory, "centrals")) && existsSync(certificateOf(directory, "hosts"));
}

import { createHash } from "node:crypto";

const aliasPrefix = "fairway ";
const hostPrefix = "fw";
const containerPrefix = "fc";

/** The two ends of an endpoint's veth pair; the kernel allows 15 characters (`IFNAMSIZ`). */
export interface LinkNames {
  /** Stays on the host, in the integration bridge. */
  readonly host: string;
  /** Docker moves it into the container. */
  readonly container: string;
}

/** The same names for the same endpoint, always. */
export function linkNames(endpoint: string): LinkNames {
  const hash = createHash("sha256").update(endpoint).digest("hex").slice(0, 11);
  return { host: `${hostPrefix}${hash}`, container: `${containerPrefix}${hash}` };
}

/** What stands in `ip link` as alias of both ends and tells that they are ours. */
export function linkAlias(endpoint: string): string {
  return `${aliasPrefix}${endpoint}`;
}

/** The endpoint that an alias names; undefined for a link that is not ours. */
export function endpointOfAlias(alias: string): string | undefined {
  return alias.startsWith(aliasPrefix) ? alias.slice(aliasPrefix.length) : undefined;
}

export function isHostEnd(name: string): boolean {
  return name.startsWith(hostPrefix);
}

import { createHash } from "node:crypto";

const aliasPrefix = "fairway ";
const hostPrefix = "fw";
const containerPrefix = "fc";
const portAliasPrefix = "fairway-port ";
const portHostPrefix = "fp";
const portInnerPrefix = "fq";

/** The two ends of an endpoint's veth pair; the kernel allows 15 characters (`IFNAMSIZ`). */
export interface LinkNames {
  /** Stays on the host, in the integration bridge. */
  readonly host: string;
  /** Docker moves it into the container. */
  readonly container: string;
}

/** The same names for the same endpoint, always. */
export function linkNames(endpoint: string): LinkNames {
  const hash = hashOf(endpoint);
  return { host: `${hostPrefix}${hash}`, container: `${containerPrefix}${hash}` };
}

function hashOf(endpoint: string): string {
  return createHash("sha256").update(endpoint).digest("hex").slice(0, 11);
}

/** What stands in `ip link` as alias of both ends and tells that they are ours. */
export function linkAlias(endpoint: string): string {
  return `${aliasPrefix}${endpoint}`;
}

/** The endpoint that an alias names; undefined for a link that is not ours. */
export function endpointOfAlias(alias: string): string | undefined {
  return alias.startsWith(aliasPrefix) ? alias.slice(aliasPrefix.length) : undefined;
}

/** Whether a link's name is one of a host's end, as `linkNames` gives it. */
export function isHostEnd(name: string): boolean {
  return name.startsWith(hostPrefix);
}

/** As `linkNames`, of a port that no engine made: its inner end goes into a network namespace. */
export function portLinkNames(port: string): LinkNames {
  const hash = hashOf(port);
  return { host: `${portHostPrefix}${hash}`, container: `${portInnerPrefix}${hash}` };
}

/** As `linkAlias`, of a port that no engine made. */
export function portLinkAlias(port: string): string {
  return `${portAliasPrefix}${port}`;
}

/** The port that an alias names; undefined for another link. */
export function endpointOfPortAlias(alias: string): string | undefined {
  return alias.startsWith(portAliasPrefix) ? alias.slice(portAliasPrefix.length) : undefined;
}

/** Whether a link's name is one of a host's end, as `portLinkNames` gives it. */
export function isPortHostEnd(name: string): boolean {
  return /^fp[0-9a-f]{11}$/.test(name);
}

/** Whether a link's name is one of an end of our pairs. That of a container is on the host, too, until somebody moves it. */
export function isPairEnd(name: string): boolean {
  return /^f[wcpq][0-9a-f]{11}$/.test(name);
}

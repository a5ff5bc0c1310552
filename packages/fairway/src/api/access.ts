import type { Caller } from "../center/context.ts";
import { type Role, roles } from "../center/schemas/principal.ts";

/**
 * Who may use a route, beside root, who may use each:
 * `root` nobody else; `own host` the host that its path names; `any host` every host; `expired certificate` as `own host`, also with a
 * certificate that has expired; `stranger` whoever the cluster does not know.
 */
export type Access = "root" | "own host" | "any host" | "expired certificate" | "stranger";

/** The least role with which a principal may use a route; `anyone`: it tells nothing of the cluster, and is for every principal. */
export type LeastRole = Role | "anyone";

/** Who may use a route: hosts and strangers by its access, principals by their role; `admin` where it names none. */
export interface Restricted {
  readonly access?: Access | undefined;
  readonly role?: LeastRole | undefined;
  /** Whether one of a single organization is let in, too, by its role there. */
  readonly isForOrganizations?: true | undefined;
}

/**
 * Whether a caller may use a route.
 * @param route what it says of that; nothing where there is none
 * @param host the host that the path names
 */
export function mayGo(
  caller: Caller,
  { access, role, isForOrganizations }: Restricted,
  host: string | undefined,
): boolean {
  if (caller.kind === "root") return true;
  if (caller.kind === "stranger") return access === "stranger";
  if (caller.kind === "principal") {
    if (role === "anyone") return true;
    // What nobody but an administrator may is the whole cluster's, unless it is said to be an organization's, too.
    if (role === undefined || role === "admin")
      return caller.role === "admin" && (caller.organization === null || isForOrganizations === true);
    return roles.indexOf(caller.role) >= roles.indexOf(role);
  }
  const isOwn = host === caller.name;
  if (caller.hasExpired === true) return access === "expired certificate" && isOwn;
  return access === "any host" || ((access === "own host" || access === "expired certificate") && isOwn);
}

import { FairwayError } from "../../errors.ts";
import type { Caller, PrincipalCaller } from "../context.ts";

/** Root on the center and an administrator may everything; a host only what is its own. Throws `forbidden`. */
export function mayActFor(caller: Caller, host: string): void {
  if (isAdministrator(caller) || (caller.kind === "host" && caller.name === host)) return;
  checkOrganization(caller);
  throw new FairwayError("forbidden", `${nameOf(caller)} may not act for host ${host}`);
}

/**
 * Every host of the cluster, and every principal that is in all organizations, may read the cluster's nouns, whose answers hold no secrets: the Southbound shows it most of them anyway. One with an
 * expired certificate and a stranger may not. Throws `forbidden`.
 */
export function mayReadAll(caller: Caller): void {
  if (caller.kind === "root" || (caller.kind === "host" && caller.hasExpired !== true)) return;
  checkOrganization(caller);
  if (caller.kind === "principal") return;
  throw new FairwayError("forbidden", `${nameOf(caller)} may not read what the cluster has`);
}

/** What concerns every host is root's to change, and that of principals that may write in all organizations. Throws `forbidden`. */
export function mayChangeAll(caller: Caller): void {
  if (caller.kind === "root") return;
  checkOrganization(caller);
  if (caller.kind === "principal" && caller.role !== "viewer") return;
  throw new FairwayError("forbidden", `${nameOf(caller)} may change what is its own only`);
}

/** Who is let into the cluster is root's to say, and an administrator's of all organizations. Throws `forbidden`. */
export function mayAdminister(caller: Caller): void {
  if (isAdministrator(caller)) return;
  throw new FairwayError("forbidden", `${nameOf(caller)} may not administer the cluster`);
}

/** Whether a caller is root on the center, or an administrator of all organizations. */
export function isAdministrator(caller: Caller): boolean {
  return (
    caller.kind === "root" ||
    (caller.kind === "principal" && caller.role === "admin" && caller.organization === null)
  );
}

/** A principal of one organization, for whom there is nothing else. */
type OrganizationCaller = PrincipalCaller & { readonly organization: string };

/** Whether a caller is of one organization, and not of all. */
export function isOfOrganization(caller: Caller): caller is OrganizationCaller {
  return caller.kind === "principal" && caller.organization !== null;
}

/** Of which organization a caller is, by name; undefined: of none, or of all. */
export function nameOfOrganization(caller: Caller): string | undefined {
  return isOfOrganization(caller) ? caller.organization : undefined;
}

/** For whoever is of one organization there is nothing else. Throws `not_found`. */
function checkOrganization(caller: Caller): void {
  if (isOfOrganization(caller)) throw foreign(caller);
}

/** That there is nothing for a principal of an organization. */
export function foreign({ name, organization }: PrincipalCaller): FairwayError {
  return new FairwayError(
    "not_found",
    `principal ${name} is of organization ${organization}, and sees and changes what belongs to that`,
  );
}

/** A caller as messages and logs name it. */
export function nameOf(caller: Caller): string {
  if (caller.kind === "root") return "root";
  return caller.kind === "stranger" ? "a stranger" : `${caller.kind} ${caller.name}`;
}

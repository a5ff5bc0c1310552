import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { foreign, isOfOrganization, nameOf } from "../center/access/access.ts";
import type { Caller, PrincipalCaller } from "../center/context.ts";
import { FairwayError } from "../errors.ts";
import { mayGo, type Restricted } from "./access.ts";
import type { Operation } from "./registry.ts";

/** Whether a caller is all that he can be. */
export function isHimself(caller: Caller): boolean {
  return caller.kind !== "stranger" && (caller.kind !== "host" || caller.hasExpired !== true);
}

/** Throws `unauthenticated` for whom the cluster does not know, `forbidden` where a route is not for a caller. */
export function authorise(request: FastifyRequest, caller: Caller | undefined, route: Restricted): void {
  if (caller === undefined)
    throw new FairwayError("unauthenticated", "nobody has introduced this connection");
  const { host } = request.params as { readonly host?: string };
  if (mayGo(caller, route, host)) return;
  if (caller.kind === "stranger") throw new FairwayError("unauthenticated", caller.reason);
  if (caller.kind === "host" && caller.hasExpired === true)
    throw new FairwayError("unauthenticated", "the certificate is not valid any more; it has to be renewed");
  const what = `${request.method} ${request.url}`;
  if (caller.kind !== "principal")
    throw new FairwayError("forbidden", `the ${nameOf(caller)} may not ${what}`);
  const needed = route.role === undefined ? "an administrator of all organizations" : withArticle(route.role);
  const of = caller.organization === null ? "" : ` of organization ${caller.organization}`;
  throw new FairwayError(
    "forbidden",
    `principal ${caller.name} is ${withArticle(caller.role)}${of}, and may not ${what}: that takes ${needed}`,
  );
}

/** Whether there is nothing for a caller at a route, because he is of one organization, and the route is about what belongs to none. */
export function isForNobodyOf(
  caller: Caller,
  { role, isForOrganizations }: Restricted,
): caller is PrincipalCaller {
  return isOfOrganization(caller) && role !== "anyone" && isForOrganizations !== true;
}

/** What such a route answers: an empty list. Throws `not_found` where it is about one object. */
export function nothingFor(caller: PrincipalCaller, { answer }: Pick<Operation, "answer">): readonly [] {
  if (answer instanceof z.ZodArray) return [];
  throw foreign(caller);
}

function withArticle(role: string): string {
  return `${/^[aeiou]/.test(role) ? "an" : "a"} ${role}`;
}

import { FairwayError } from "../errors.ts";
import type { Caller } from "./service.ts";

/** Root on the center may everything; a host only what is its own. Throws `forbidden`. */
export function mayActFor(caller: Caller, host: string): void {
  if (caller.kind === "root" || (caller.kind === "host" && caller.name === host)) return;
  throw new FairwayError("forbidden", `${nameOf(caller)} may not act for host ${host}`);
}

/** What shows the whole cluster is root's. Throws `forbidden`. */
export function mayReadAll(caller: Caller): void {
  if (caller.kind === "root") return;
  throw new FairwayError("forbidden", `${nameOf(caller)} may read its own state only`);
}

/** What concerns every host is root's to change. Throws `forbidden`. */
export function mayChangeAll(caller: Caller): void {
  if (caller.kind === "root") return;
  throw new FairwayError("forbidden", `${nameOf(caller)} may change what is its own only`);
}

function nameOf(caller: Caller): string {
  return caller.kind === "host" ? `host ${caller.name}` : `a ${caller.kind}`;
}

import { randomBytes } from "node:crypto";
import type { DefaultAddressSpaces } from "@fairway/docker-plugin";

const prefix = "fairway-";

/**
 * CreateNetwork names no pool. What it does name is the address space that its pools were requested in: a space of its own for each
 * question makes the two meet. Docker 24 and later ask for every network (28: for every subnet), 20.10 once in its life: there
 * all pools share a space. The global name must differ from the local one, or Docker 28 skips its check for overlaps with the
 * host's routes.
 */
export function freshAddressSpaces(hostName: string): DefaultAddressSpaces {
  return {
    LocalDefaultAddressSpace: `${prefix}local-${hostName}-${randomBytes(6).toString("hex")}`,
    GlobalDefaultAddressSpace: `${prefix}global`,
  };
}

/** Whether a pool came from this IPAM driver; Docker's own says `LocalDefault`, `null` says `null`. */
export function isOwnAddressSpace(space: string): boolean {
  return space.startsWith(prefix);
}

import { dirname, join } from "node:path";
import { KeptFile } from "../../host/kept-file.ts";
import type { Logger } from "../../logger.ts";
import type { Lease } from "./lease.ts";

/** Raised when a lease's shape changes so that an older one is of no use. */
const format = 1;

/** Leases of a host as they are on disk. No secret: names, addresses and times. */
export interface KeptLeases {
  readonly format: number;
  readonly leases: readonly Lease[];
}

export const keptLeases = (leases: Iterable<Lease>): KeptLeases => ({ format, leases: [...leases] });

/** Where a host keeps its leases: beside its last state. */
export function leasesFile(stateFile: string): string {
  return join(dirname(stateFile), "host-leases.json");
}

/** The file of a host's leases: whoever starts again goes on with them. */
export function openKeptLeases(path: string, logger: Logger): KeptFile<KeptLeases> {
  return new KeptFile({ path, accept, logger, delayMs: 100 });
}

function accept(json: unknown): KeptLeases | undefined {
  const kept = json as Partial<KeptLeases> | null;
  return kept?.format === format && Array.isArray(kept.leases) ? (kept as KeptLeases) : undefined;
}

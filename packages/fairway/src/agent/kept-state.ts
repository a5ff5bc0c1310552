import type { HostItem } from "../api/types.ts";
import type { Logger } from "../logger.ts";
import { KeptFile } from "./kept-file.ts";

/** Raised when an item's shape changes so that an older one is of no use. */
const format = 2;

/** The center's last word on what this host must have. */
export interface KeptState {
  readonly format: number;
  readonly revision: string;
  readonly items: readonly HostItem[];
}

export const keptState = (revision: string, items: Iterable<HostItem>): KeptState => ({
  format,
  revision,
  items: [...items],
});

/** The file of a host's last state. It holds no secret: names, addresses and ids. */
export function openKeptState(path: string, logger: Logger): KeptFile<KeptState> {
  return new KeptFile({ path, accept, logger });
}

function accept(json: unknown): KeptState | undefined {
  const kept = json as Partial<KeptState> | null;
  if (kept?.format !== format || typeof kept.revision !== "string" || !Array.isArray(kept.items))
    return undefined;
  return kept as KeptState;
}

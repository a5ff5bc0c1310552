import type { HostItem } from "../../center/schemas/host-state.ts";
import { KeptFile } from "../../host/kept-file.ts";
import type { Logger } from "../../logger.ts";

/** Raised when an item's shape changes so that an older one is of no use. */
const format = 3;

/** What format 2 called the kinds of items that have another name now; their shape is the same. */
const formerKinds: Readonly<Record<string, string>> = {
  leg: "uplink",
  reach: "host-access",
  afar: "dormant-network",
};

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
  if (typeof kept?.revision !== "string" || !Array.isArray(kept.items)) return undefined;
  if (kept.format === format) return kept as KeptState;
  return kept.format === 2 ? keptState(kept.revision, kept.items.map(renamed)) : undefined;
}

/** A host that boots with a state of format 2 has its uplinks without its center. */
function renamed(item: HostItem): HostItem {
  const { kind, key } = item as { readonly kind?: unknown; readonly key?: unknown };
  const name = typeof kind === "string" ? formerKinds[kind] : undefined;
  if (name === undefined || typeof key !== "string") return item;
  return { ...item, kind: name, key: key.replace(/^[^/]*/, name) } as HostItem;
}

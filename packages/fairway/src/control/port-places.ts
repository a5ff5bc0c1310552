import type { Change } from "@fairway/ovsdb";
import { seePort } from "../center/endpoints/port-rows.ts";
import type { Tables as IntentTables } from "../intent/generated/fairway.ts";
import { isLogicalPort, type LogicalPort } from "../intent/logical-port.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow } from "../intent/view.ts";
import type { Logger } from "../logger.ts";
import type { BackoffBounds } from "../runtime/backoff.ts";
import { guarded } from "../runtime/guarded.ts";
import { Isolated } from "../runtime/isolated.ts";
import { Loop } from "../runtime/loop.ts";
import type { Tables } from "./generated/southbound.ts";
import type { Southbound } from "./southbound.ts";

/** How long a port that no host has any more still counts as where it was: its chassis may be starting again, ms. */
const defaultLeaveMs = 5_000;

const backoff: BackoffBounds = { firstMs: 1_000, longestMs: 60_000 };

export interface PortPlacesParts {
  readonly store: Store;
  readonly southbound: Southbound;
  readonly logger: Logger;
  /** 5 s by default. */
  readonly leaveMs?: number | undefined;
}

/**
 * Sees where ports are plugged that may be plugged anywhere, and writes it down as their host: from then on that host has an uplink for them,
 * answers their names, and is told to others. The Southbound knows: OVN's controller writes there which chassis has a port.
 */
export class PortPlaces implements AsyncDisposable {
  readonly #parts: PortPlacesParts;
  readonly #loop: Loop;
  readonly #ports: Isolated;
  /** Ports to look at. */
  readonly #suspects = new Set<string>();
  /** Since when no chassis has a port, by `performance.now()`. */
  readonly #leftMs = new Map<string, number>();

  constructor(parts: PortPlacesParts) {
    this.#parts = parts;
    const { store, southbound, logger } = parts;
    this.#loop = new Loop({ name: "see where ports are plugged", work: () => this.#look(), logger });
    this.#ports = new Isolated({ what: "a port's place", backoff, logger, again: this.#loop.after });
    southbound.replica.on("synced", guarded("see where all ports are", logger, this.soon));
    southbound.replica.on("change", guarded("see where ports are", logger, this.#follow));
    store.replica.on("change", guarded("see where ports are", logger, this.#followIntent));
  }

  /** Looks at all ports: this center leads from now on. */
  readonly soon = (): void => {
    for (const row of this.#parts.store.view.rows("Endpoint")) this.#suspect(row);
    this.#loop.soon();
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  readonly #follow = (changes: readonly Change<Tables>[]): void => {
    const { view } = this.#parts.store;
    for (const { table, old, new: now } of changes) {
      const row = now ?? old;
      if (table === "Port_Binding" && row !== undefined && "logical_port" in row)
        this.#suspect(view.get("Endpoint", row.logical_port));
    }
  };

  /** A host that registers may have ports already: until now its chassis was nobody's. */
  readonly #followIntent = (changes: readonly Change<IntentTables>[]): void => {
    if (
      changes.some(({ table, old, new: now }) => table === "Host" && (old === undefined || now === undefined))
    )
      this.soon();
  };

  #suspect(row: IntentRow<"Endpoint"> | undefined): void {
    if (row === undefined || !isLogicalPort(row) || row.pinned) return;
    this.#suspects.add(row._uuid);
    this.#loop.soon();
  }

  async #look(): Promise<void> {
    const { store, southbound } = this.#parts;
    if (store.epoch === undefined || !southbound.replica.isSynced) return;
    const suspects = [...this.#suspects];
    this.#suspects.clear();
    for (const uuid of suspects) {
      const port = store.view.get("Endpoint", uuid);
      if (port === undefined || !isLogicalPort(port) || port.pinned) this.#leftMs.delete(uuid);
      else if (!(await this.#ports.attempt(uuid, () => this.#see(port)))) this.#suspects.add(uuid);
    }
  }

  async #see(port: LogicalPort): Promise<void> {
    const { store, logger } = this.#parts;
    const chassis = this.#chassisOf(port._uuid);
    const host = chassis === undefined ? undefined : store.view.find("Host", "bySystemId", chassis)[0];
    if (host !== undefined || port.host === null) this.#leftMs.delete(port._uuid);
    else if (this.#isYoung(port._uuid)) return;
    if (port.host === (host?._uuid ?? null)) return;
    const isNew = await store.change((draft) =>
      seePort(draft, port._uuid, host && draft.get("Host", host._uuid)),
    );
    const { _uuid: endpoint, name, request } = port;
    if (isNew)
      logger.info(
        { endpoint, port: name, request, host: host?.name ?? null },
        "the port is plugged elsewhere now",
      );
  }

  /** The name of the chassis that has a port. */
  #chassisOf(port: string): string | undefined {
    const { replica } = this.#parts.southbound;
    const [binding] = replica.table("Port_Binding").find("byPort", port);
    return binding?.chassis == null ? undefined : replica.table("Chassis").get(binding.chassis)?.name;
  }

  /** Whether the port was left but a moment ago; then it is looked at again. */
  #isYoung(port: string): boolean {
    const { leaveMs = defaultLeaveMs } = this.#parts;
    const since = this.#leftMs.get(port) ?? performance.now();
    this.#leftMs.set(port, since);
    const leftMs = since + leaveMs - performance.now();
    if (leftMs <= 0) {
      this.#leftMs.delete(port);
      return false;
    }
    this.#suspects.add(port);
    this.#loop.after(leftMs);
    return true;
  }
}

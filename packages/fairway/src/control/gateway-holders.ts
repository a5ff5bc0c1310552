import type { Change } from "@fairway/ovsdb";
import { noteHolder } from "../center/routers/gateway-hosts.ts";
import { externalPort } from "../compile/northbound/router-gateway.ts";
import type { Tables as IntentTables } from "../intent/generated/fairway.ts";
import type { Store } from "../intent/store.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";
import { Isolated } from "../runtime/isolated.ts";
import { Loop } from "../runtime/loop.ts";
import type { Tables } from "./generated/southbound.ts";
import type { Southbound } from "./southbound.ts";

/** A host that comes back may take a gateway for a moment, until it has heard of who has it: who has it for so long has it, ms. */
const steadyMs = 1_000;
const backoff = { firstMs: 200, longestMs: 10_000 };

interface GatewayHoldersParts {
  readonly store: Store;
  readonly southbound: Southbound;
  readonly logger: Logger;
}

/**
 * Sees which host is the way out of each router, and writes that down: it comes first from then on, and a host that comes back takes
 * nothing from it. OVN's controllers choose by themselves when they hear no more of the one before (BFD), whether a center is there or not.
 */
export class GatewayHolders implements AsyncDisposable {
  readonly #parts: GatewayHoldersParts;
  readonly #loop: Loop;
  readonly #routers: Isolated;
  /** By router: who has it by OVN's word, and since when, by `performance.now()`. */
  readonly #seen = new Map<string, { readonly host: string; readonly sinceMs: number }>();

  constructor(parts: GatewayHoldersParts) {
    this.#parts = parts;
    const { store, southbound, logger } = parts;
    this.#loop = new Loop({ name: "see which hosts are ways out", work: () => this.#look(), logger });
    this.#routers = new Isolated({ what: "a router's way out", backoff, logger, again: this.#loop.after });
    southbound.replica.on("synced", guarded("see all ways out", logger, this.soon));
    southbound.replica.on("change", guarded("see ways out", logger, this.#follow));
    store.replica.on("change", guarded("see ways out", logger, this.#followIntent));
  }

  /** Looks at all routers: this center leads from now on. */
  readonly soon = (): void => this.#loop.soon();

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  readonly #follow = (changes: readonly Change<Tables>[]): void => {
    for (const { table, new: now } of changes)
      if (table === "Port_Binding" && now !== undefined && now.logical_port.startsWith("cr-")) this.soon();
  };

  readonly #followIntent = (changes: readonly Change<IntentTables>[]): void => {
    if (changes.some(({ table, old }) => table === "Router_Gateway" && old === undefined)) this.soon();
  };

  async #look(): Promise<void> {
    const { store, southbound } = this.#parts;
    if (store.epoch === undefined || !southbound.replica.isSynced) return;
    const routers = Array.from(store.view.rows("Router_Gateway"), ({ router }) => router);
    this.#routers.keep(new Set(routers));
    for (const router of this.#seen.keys()) if (!routers.includes(router)) this.#seen.delete(router);
    for (const router of routers) await this.#routers.attempt(router, () => this.#see(router));
  }

  async #see(router: string): Promise<void> {
    const { store, logger } = this.#parts;
    const host = this.#holderOf(router);
    const [gateway] = store.view.find("Router_Gateway", "byRouter", router);
    const known = this.#seen.get(router);
    if (host === undefined || gateway === undefined) return void this.#seen.delete(router);
    const { sinceMs } = known?.host === host ? known : { sinceMs: performance.now() };
    this.#seen.set(router, { host, sinceMs });
    if (gateway.holder === host) return;
    const leftMs = sinceMs + steadyMs - performance.now();
    if (leftMs > 0) return this.#loop.after(leftMs);
    if (!(await store.change((draft) => noteHolder(draft, router, host)))) return;
    logger.info({ router, host: store.view.get("Host", host)?.name }, "a router leaves by another host");
  }

  /** Who has the port that OVN makes of a router's external one; undefined where nobody has. */
  #holderOf(router: string): string | undefined {
    const { store, southbound } = this.#parts;
    const [binding] = southbound.replica.table("Port_Binding").find("byPort", `cr-${externalPort(router)}`);
    if (binding?.chassis == null) return undefined;
    const chassis = southbound.replica.table("Chassis").get(binding.chassis)?.name;
    return chassis === undefined ? undefined : store.view.find("Host", "bySystemId", chassis)[0]?._uuid;
  }
}

import type { ApiClient } from "../../api/client.ts";
import { concerns } from "../../api/item-kind.ts";
import type { HostRouterGatewayItem } from "../../center/schemas/host-state.ts";
import { messageOf } from "../../errors.ts";
import { shorten } from "../../free-text.ts";
import type { Logger } from "../../logger.ts";
import { Loop } from "../../runtime/loop.ts";
import type { Links } from "../ports/links.ts";
import type { HostState } from "../state/host-state.ts";
import { troubleOnWire } from "./next-hop.ts";
import { Readiness } from "./readiness.ts";

/** Another host takes over within a second (R10): a look takes up to 0.3 s, as long as a next hop has to answer. */
const everyMs = 200;
const backoff = { firstMs: 200, longestMs: 5_000 };
const longestTold = 256;
/** What a host that is in no gateway has to tell: an older center need not know that. */
const nothing = "[]";

interface GatewayWatchParts {
  readonly state: Pick<HostState, "items">;
  readonly links: Pick<Links, "find">;
  readonly api: Pick<ApiClient, "reportGatewayReadiness">;
  readonly hostName: string;
  /** Asks this host's switch whether it works. Rejects where it does not, also where it says nothing for a while. */
  readonly askSwitch: () => Promise<unknown>;
  readonly logger: Logger;
}

/** Looks whether this host can be the way out of the routers that chose it, and tells the center as soon as that is otherwise. */
export class GatewayWatch implements AsyncDisposable {
  readonly #parts: GatewayWatchParts;
  readonly #looking: Loop;
  readonly #asking: Loop;
  readonly #telling: Loop;
  readonly #readiness = new Map<string, Readiness>();
  /** What is wrong with this host's switch; undefined where nothing is known to be. */
  #switchTrouble: string | undefined;
  #told = nothing;

  constructor(parts: GatewayWatchParts) {
    this.#parts = parts;
    const { logger } = parts;
    this.#looking = new Loop({
      name: "look at the next hops of routers",
      work: (signal) => this.#look(signal),
      backoff,
      logger,
    });
    this.#asking = new Loop({ name: "ask whether Open vSwitch works", work: () => this.#ask(), logger });
    this.#telling = new Loop({
      name: "tell of which routers this host can be the way out",
      work: (signal) => this.#tell(signal),
      backoff,
      logger,
    });
  }

  /** The host's state has changed. @param keys what of it; absent: anything may have, and the center may have forgotten what it was told. */
  follow(keys?: readonly string[]): void {
    if (!concerns(keys, "router-gateway")) return;
    if (keys === undefined && this.#told !== nothing) this.#told = "";
    this.#looking.soon();
    this.#asking.soon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looking[Symbol.asyncDispose]();
    await this.#asking[Symbol.asyncDispose]();
    await this.#telling[Symbol.asyncDispose]();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const items = this.#items();
    const wanted = new Set(items.map(({ router }) => router));
    for (const router of this.#readiness.keys()) if (!wanted.has(router)) this.#readiness.delete(router);
    await Promise.all(items.map((item) => this.#lookAt(item, signal)));
    if (this.#report() !== this.#told) this.#telling.soon();
    if (items.length > 0) this.#looking.after(everyMs);
  }

  /** OVN's controller goes on when the switch is dead, and would take the gateway from the next host again and again. */
  async #ask(): Promise<void> {
    if (this.#items().length === 0) return;
    this.#switchTrouble = await this.#parts.askSwitch().then(
      () => undefined,
      (error: unknown) => `its Open vSwitch: ${messageOf(error)}`,
    );
    this.#asking.after(everyMs);
  }

  #items(): readonly HostRouterGatewayItem[] {
    return [...this.#parts.state.items.values()].filter((item) => item.kind === "router-gateway");
  }

  async #lookAt(item: HostRouterGatewayItem, signal: AbortSignal): Promise<void> {
    const trouble = this.#switchTrouble ?? (await troubleOnWire(this.#parts, item, signal));
    const known = this.#readiness.get(item.router) ?? new Readiness();
    this.#readiness.set(item.router, known);
    known.seen(trouble && shorten(trouble, longestTold), performance.now());
  }

  async #tell(signal: AbortSignal): Promise<void> {
    const { api, hostName, logger } = this.#parts;
    const report = this.#report();
    if (report === this.#told) return;
    const routers = this.#routers();
    await api.reportGatewayReadiness({ host: hostName }, { routers }, { signal });
    this.#told = report;
    logger.info({ routers }, "told of which routers this host can be the way out");
  }

  #report(): string {
    return JSON.stringify(this.#routers());
  }

  /** Of which routers something is known, and what. */
  #routers(): { readonly router: string; readonly trouble: string | null }[] {
    return Array.from(this.#readiness)
      .flatMap(([router, { trouble }]) => (trouble === undefined ? [] : { router, trouble }))
      .sort((one, other) => (one.router < other.router ? -1 : 1));
  }
}

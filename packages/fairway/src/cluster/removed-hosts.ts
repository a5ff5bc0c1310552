import type { Change } from "@fairway/ovsdb";
import { messageOf } from "../errors.ts";
import type { Tables } from "../intent/generated/fairway.ts";
import type { Store } from "../intent/store.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";
import type { RefusedHosts } from "./refused-hosts.ts";
import { removeChassis } from "./southbound.ts";

/**
 * Closes OVN's Southbound on this machine to hosts that were removed, and takes their chassis out of it. The API closes
 * itself: see `Admissions`.
 */
export class RemovedHosts implements AsyncDisposable {
  readonly #store: Store;
  readonly #refused: RefusedHosts;
  readonly #logger: Logger;
  readonly #onChange: (changes: readonly Change<Tables>[]) => void;
  #working: Promise<void> = Promise.resolve();

  constructor(store: Store, refused: RefusedHosts, logger: Logger) {
    this.#store = store;
    this.#refused = refused;
    this.#logger = logger;
    this.#then("", () => refused.restore());
    this.#onChange = guarded("follow admitted hosts", logger, (changes) => this.#follow(changes));
    store.replica.on("change", this.#onChange);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#store.replica.off("change", this.#onChange);
    await this.#working;
  }

  #follow(changes: readonly Change<Tables>[]): void {
    if (this.#store.epoch === undefined) return;
    for (const change of changes) {
      if (change.table !== "Host") continue;
      const { old, new: host } = change;
      if (host === undefined && old?.admitted_key != null) {
        const { name, system_id: systemId, tunnel_address: address } = old;
        this.#then(name, async () => {
          // First of all it must not be able to write its chassis again.
          if (address !== null) await this.#refused.refuse(address);
          await removeChassis(systemId);
        });
      } else if (host?.admitted_key != null && host.admitted_key !== old?.admitted_key) {
        const { name, tunnel_address: address } = host;
        if (address !== null) this.#then(name, () => this.#refused.letThrough(address));
      }
    }
  }

  /** One after the other: a host may be removed and admitted again within a moment. */
  #then(host: string, work: () => Promise<void>): void {
    this.#working = this.#working.then(work).catch((error: unknown) => {
      this.#logger.error(
        { ...(host !== "" && { host }), error: messageOf(error) },
        "OVN's Southbound is not closed to removed hosts",
      );
    });
  }
}

import { FairwayError } from "../errors.ts";
import { derive } from "../identity.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow } from "../intent/view.ts";
import { mayActFor, mayReadAll } from "./access.ts";
import { freeHostNumber } from "./host-number.ts";
import { checkDead, checkEmpty, deleteHost } from "./host-removal.ts";
import type { Liveness } from "./liveness.ts";
import { hostNamed } from "./lookup.ts";
import { checkUnderlay, refitMtus } from "./mtu.ts";
import { mergeVersions } from "./quotas.ts";
import type { Host, HostFacts } from "./schemas/host.ts";
import type { Context, HostRemoval } from "./service.ts";
import { hostView } from "./views.ts";

export interface HostsOptions {
  readonly store: Store;
  readonly liveness: Liveness;
  /** The time in ms. */
  readonly now: () => number;
  /** The MTU below which no host's word takes a network, bytes. */
  readonly smallestMtu: number;
}

/** The machines that have Docker. */
export class Hosts {
  readonly #store: Store;
  readonly #liveness: Liveness;
  readonly #now: () => number;
  readonly #smallestMtu: number;

  constructor({ store, liveness, now, smallestMtu }: HostsOptions) {
    this.#store = store;
    this.#liveness = liveness;
    this.#now = now;
    this.#smallestMtu = smallestMtu;
  }

  /**
   * A host says what it is; saying the same again changes nothing. Versions that it does not tell stay: its agent learns some of them only
   * after a while. Throws `conflict` where another has its system-id.
   */
  async register(name: string, facts: HostFacts, context: Context): Promise<Host> {
    mayActFor(context.caller, name);
    const cells = {
      name,
      system_id: facts.systemId,
      tunnel_address: facts.tunnelAddress ?? null,
      underlay_mtu: facts.underlayMtu ?? null,
    };
    await this.#store.change((draft) => {
      const [twin] = draft.find("Host", "bySystemId", facts.systemId);
      if (twin !== undefined && twin.name !== name)
        throw new FairwayError(
          "conflict",
          `Open vSwitch's system-id ${facts.systemId} belongs to host ${twin.name}; give this machine a system-id of its own (ovs-vsctl set open . external_ids:system-id=…)`,
        );
      const [known] = draft.find("Host", "byName", name);
      if (context.caller.kind === "host" && known?.system_id !== facts.systemId)
        throw new FairwayError(
          "conflict",
          `Open vSwitch's system-id on host ${name} was ${known?.system_id} when it joined and is ${facts.systemId} now; ` +
            "its certificate says the former: put that back, or leave and join again",
        );
      if (context.caller.kind === "host") checkUnderlay(draft, cells, this.#smallestMtu);
      const versions = mergeVersions(known?.versions ?? {}, facts.versions ?? {});
      if (known === undefined)
        draft.insert("Host", derive("host", name), {
          ...cells,
          versions,
          state: "up",
          state_since: null,
          admitted_key: null,
          number: freeHostNumber(draft),
        });
      else
        draft.update("Host", known._uuid, {
          ...cells,
          versions,
          number: known.number ?? freeHostNumber(draft),
        });
      const isSameUnderlay =
        known?.tunnel_address === cells.tunnel_address && known.underlay_mtu === cells.underlay_mtu;
      if (!isSameUnderlay) refitMtus(draft);
    });
    this.#liveness.hear(name);
    return this.show(name, context);
  }

  /** Throws `not_found` where the host has to register first. */
  beat(name: string, context: Context): void {
    mayActFor(context.caller, name);
    this.#liveness.hear(hostNamed(this.#store.view, name).name);
  }

  async remove(name: string, { dead }: HostRemoval, context: Context): Promise<void> {
    mayActFor(context.caller, name);
    await this.#store.change((draft) => {
      const [host] = draft.find("Host", "byName", name);
      if (host === undefined) return;
      // A host that leaves knows of itself that it will not come back.
      if (!dead) checkEmpty(draft, host);
      else if (context.caller.kind !== "host") checkDead(host, this.#liveness);
      deleteHost(draft, host);
    });
    this.#liveness.forget(name);
  }

  list(context: Context): readonly Host[] {
    mayReadAll(context.caller);
    return Array.from(this.#store.view.rows("Host"), (row) => this.#view(row)).sort((a, b) =>
      a.name.localeCompare(b.name),
    );
  }

  show(name: string, context: Context): Host {
    mayActFor(context.caller, name);
    return this.#view(hostNamed(this.#store.view, name));
  }

  #view(row: IntentRow<"Host">): Host {
    const silenceMs = this.#liveness.silenceOf(row.name);
    const lastHeard = silenceMs === undefined ? null : new Date(this.#now() - silenceMs);
    return hostView(this.#store.view, row, lastHeard);
  }
}

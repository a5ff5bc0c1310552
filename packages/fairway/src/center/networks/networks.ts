import { randomUUID } from "node:crypto";
import type { Draft } from "../../intent/draft.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import { type IntentRow, type View, withMemory } from "../../intent/view.ts";
import { checkCarrier, checkUnowned, checkWithin, ownOf } from "../access/changed.ts";
import { foundIn, seenBy } from "../access/seen.ts";
import type { Context } from "../context.ts";
import { askRemoval, keepNetwork } from "../docker/handle-removal.ts";
import { networkOf, referred } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { isLabelled, isNamed, pageOf } from "../page.ts";
import { checkRevision, checkSameAgain } from "../revision.ts";
import { checkNotExternal } from "../routers/gateways.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { Network } from "../schemas/network.ts";
import type { AskedNetwork, NetworkPatch, NewNetwork } from "../schemas/network-request.ts";
import type { PageWish } from "../schemas/page.ts";
import type { AutomaticSubnets } from "../subnets/automatic-subnets.ts";
import type { KeptSubnets } from "../subnets/kept-subnets.ts";
import { networkView } from "../views.ts";
import { applyWish, keepWished, makeWished, removedNetwork } from "./network-changes.ts";
import { changedWish, type NetworkWish, revisionOfNetwork, wishOf } from "./network-wish.ts";
import { zoneOfName } from "./network-zone.ts";
import type { SubnetMakers } from "./subnet-changes.ts";

type Row = IntentRow<"Network">;

/** Which networks of the cluster. */
interface NetworkFilter extends PageWish {
  readonly name?: string | undefined;
  readonly label?: string | undefined;
  readonly mode?: Row["mode"] | undefined;
  readonly origin?: Row["origin"] | undefined;
}

/**
 * The networks of the cluster, whichever engine knows them. A reference is a name, `name@host`, a UUID, or an engine's id or an
 * unambiguous start of one; what it does not name throws `not_found`. A change throws `precondition_failed` where the network has none of the
 * revisions that it names.
 */
export class Networks {
  readonly #store: Changeable;
  readonly #automatic: AutomaticSubnets;
  readonly #kept: KeptSubnets;

  /** @param kept what no network may have. */
  constructor(store: Changeable, automatic: AutomaticSubnets, kept: KeptSubnets) {
    this.#store = store;
    this.#automatic = automatic;
    this.#kept = kept;
  }

  /** The networks that the filter lets through, by name. */
  list({ name, label, mode, origin, ...page }: NetworkFilter, context: Context): readonly Network[] {
    const view = withMemory(seenBy(context.caller, this.#store.view));
    const rows = Array.from(view.rows("Network")).filter(
      (row) =>
        isNamed(row.name, name) &&
        isLabelled(row.labels, label) &&
        (mode === undefined || row.mode === mode) &&
        (origin === undefined || row.origin === origin),
    );
    return pageOf(rows, page, { key: keyInList.network, view: (row) => networkView(view, row) });
  }

  /** One network. */
  show(reference: string, context: Context): Network {
    const view = seenBy(context.caller, this.#store.view);
    return networkView(view, networkOf(view, reference));
  }

  /**
   * Makes a network for every engine. With an `id` the same request may be made again. Throws `conflict` where another network has the name, or that id
   * and other settings.
   */
  async create({ id, ...asked }: NewNetwork, manner: Manner, context: Context): Promise<Network> {
    const wish = wishOf(asked);
    const makers = this.#makers();
    const uuid = id ?? randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      checkUnowned(draft, own, "Network", uuid);
      const known = own.get("Network", uuid) ?? removedNetwork(own, wish.name);
      if (known === undefined) return networkView(own, make(draft, own, { uuid, wish, makers, context }));
      const before = revisionOfNetwork(draft, known);
      const row = applyWish(draft, known, wish, makers);
      checkSameAgain(`network ${known.name} (${known._uuid})`, before, revisionOfNetwork(draft, row));
      return networkView(own, keepWished(draft, row));
    });
  }

  /** Makes the network of a UUID, or makes it equal to what is asked. Throws `invalid` naming what cannot change. */
  async put(uuid: string, asked: AskedNetwork, manner: Manner, context: Context): Promise<Network> {
    const wish = wishOf(asked);
    const makers = this.#makers();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      checkUnowned(draft, own, "Network", uuid);
      const known = own.get("Network", uuid);
      const revision = known === undefined ? undefined : revisionOfNetwork(draft, known);
      checkRevision(`network ${uuid}`, revision, manner.revisions);
      const row =
        known === undefined
          ? make(draft, own, { uuid, wish, makers, context })
          : keepWished(draft, applyWish(draft, known, wish, makers));
      return networkView(own, row);
    });
  }

  /** Changes what a network is to be, while its containers go on. Throws `invalid` naming what cannot change, `in_use`. */
  async update(reference: string, patch: NetworkPatch, manner: Manner, context: Context): Promise<Network> {
    const makers = this.#makers();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = networkIn(own, reference, manner);
      return networkView(own, applyWish(draft, row, changedWish(row, patch), makers));
    });
  }

  /** Removes the network from every engine, once none has a container on it. Answers as the network is now. */
  async remove(reference: string, manner: Manner, context: Context): Promise<Network> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = networkIn(own, reference, manner);
      const before = networkView(own, row);
      checkNotExternal(draft, row);
      askRemoval(draft, row, "everywhere");
      const network = draft.get("Network", row._uuid);
      return network === undefined
        ? { ...before, status: { removal: "removed" } }
        : networkView(own, network);
    });
  }

  /** A plan may run again, and makes the same then. */
  #makers() {
    const uuids: string[] = [];
    return {
      automatic: this.#automatic,
      kept: this.#kept,
      uuid: (at: number) => (uuids[at] ??= randomUUID()),
      field: (at: number) => (field: string) => `subnets[${at}].${field}`,
    };
  }

  /** Cancels the network's removal, which waits until no container uses it. Answers as the network is now; where none waits nothing changes. */
  async keep(reference: string, context: Context): Promise<Network> {
    return this.#store.change((draft) => {
      const own = ownOf(context.caller, draft);
      const row = foundIn(own, (view) => networkOf(view, reference));
      keepNetwork(draft, row);
      return networkView(own, referred(draft.get("Network", row._uuid)));
    });
  }
}

/** Makes a network in the levels that are the caller's. */
function make(
  draft: Draft,
  own: View,
  {
    uuid,
    wish,
    makers,
    context: { caller },
  }: {
    readonly uuid: string;
    readonly wish: NetworkWish;
    readonly makers: SubnetMakers;
    readonly context: Context;
  },
): Row {
  checkWithin(caller, wish.name);
  checkCarrier(caller, wish.spec);
  const zone = zoneOfName(own, wish.name);
  return makeWished(draft, { uuid, zone }, wish, makers);
}

/** Throws `not_found`, and `precondition_failed` where it has none of the revisions. */
function networkIn(view: View, reference: string, { revisions }: Manner): Row {
  const row = foundIn(view, (own) => networkOf(own, reference));
  checkRevision(`network ${row.name}`, revisionOfNetwork(view, row), revisions);
  return row;
}

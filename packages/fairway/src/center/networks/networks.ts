import { randomUUID } from "node:crypto";
import type { Changeable } from "../../intent/joint-change.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import { type IntentRow, type View, withMemory } from "../../intent/view.ts";
import { mayChangeAll, mayReadAll } from "../access/access.ts";
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
import { changedWish, revisionOfNetwork, wishOf } from "./network-wish.ts";

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
    mayReadAll(context.caller);
    const view = withMemory(this.#store.view);
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
    mayReadAll(context.caller);
    const { view } = this.#store;
    return networkView(view, networkOf(view, reference));
  }

  /**
   * Makes a network for every engine. With an `id` the same request may be made again. Throws `conflict` where another network has the name, or that id
   * and other settings.
   */
  async create({ id, ...asked }: NewNetwork, manner: Manner, context: Context): Promise<Network> {
    mayChangeAll(context.caller);
    const wish = wishOf(asked);
    const makers = this.#makers();
    const uuid = id ?? randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const known = draft.get("Network", uuid) ?? removedNetwork(draft, wish.name);
      if (known === undefined) return networkView(draft, makeWished(draft, uuid, wish, makers));
      const before = revisionOfNetwork(draft, known);
      const row = applyWish(draft, known, wish, makers);
      checkSameAgain(`network ${known.name} (${known._uuid})`, before, revisionOfNetwork(draft, row));
      return networkView(draft, keepWished(draft, row));
    });
  }

  /** Makes the network of a UUID, or makes it equal to what is asked. Throws `invalid` naming what cannot change. */
  async put(uuid: string, asked: AskedNetwork, manner: Manner, context: Context): Promise<Network> {
    mayChangeAll(context.caller);
    const wish = wishOf(asked);
    const makers = this.#makers();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const known = draft.get("Network", uuid);
      const revision = known === undefined ? undefined : revisionOfNetwork(draft, known);
      checkRevision(`network ${uuid}`, revision, manner.revisions);
      const row =
        known === undefined
          ? makeWished(draft, uuid, wish, makers)
          : keepWished(draft, applyWish(draft, known, wish, makers));
      return networkView(draft, row);
    });
  }

  /** Changes what a network is to be, while its containers go on. Throws `invalid` naming what cannot change, `in_use`. */
  async update(reference: string, patch: NetworkPatch, manner: Manner, context: Context): Promise<Network> {
    mayChangeAll(context.caller);
    const makers = this.#makers();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const row = networkIn(draft, reference, manner);
      return networkView(draft, applyWish(draft, row, changedWish(row, patch), makers));
    });
  }

  /** Removes the network from every engine, once none has a container on it. Answers as the network is now. */
  async remove(reference: string, manner: Manner, context: Context): Promise<Network> {
    mayChangeAll(context.caller);
    return changeOrRehearse(this.#store, manner, (draft) => {
      const row = networkIn(draft, reference, manner);
      const before = networkView(draft, row);
      checkNotExternal(draft, row);
      askRemoval(draft, row, "everywhere");
      const network = draft.get("Network", row._uuid);
      return network === undefined
        ? { ...before, status: { removal: "removed" } }
        : networkView(draft, network);
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
    mayChangeAll(context.caller);
    return this.#store.change((draft) => {
      const row = networkOf(draft, reference);
      keepNetwork(draft, row);
      return networkView(draft, referred(draft.get("Network", row._uuid)));
    });
  }
}

/** Throws `not_found`, and `precondition_failed` where it has none of the revisions. */
function networkIn(view: View, reference: string, { revisions }: Manner): Row {
  const row = networkOf(view, reference);
  checkRevision(`network ${row.name}`, revisionOfNetwork(view, row), revisions);
  return row;
}

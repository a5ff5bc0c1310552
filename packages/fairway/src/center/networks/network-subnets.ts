import { randomUUID } from "node:crypto";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { formatCidr, parseCidr } from "../../ip.ts";
import { checkUnowned, ownOf } from "../access/changed.ts";
import { foundIn, seenBy } from "../access/seen.ts";
import type { Context } from "../context.ts";
import { networkOf, referred, subnetOf } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { pageOf } from "../page.ts";
import { checkRevision, checkSameAgain, revisionOf } from "../revision.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { Subnet } from "../schemas/network.ts";
import type { AskedSubnet, NewSubnet, SubnetOfNetwork, SubnetPatch } from "../schemas/network-request.ts";
import type { PageWish } from "../schemas/page.ts";
import { mergePatch } from "../schemas/spec-shapes.ts";
import type { AutomaticSubnets } from "../subnets/automatic-subnets.ts";
import type { KeptSubnets } from "../subnets/kept-subnets.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { subnetSpecOf } from "../subnets/specs-of-rows.ts";
import type { SubnetSpec } from "../subnets/subnet-spec.ts";
import { subnetView } from "../views.ts";
import { changeSubnets } from "./network-changes.ts";
import { putSubnets, type SubnetMakers } from "./subnet-changes.ts";

type Row = IntentRow<"Subnet"> & { readonly network: string };

/** Which subnets. */
interface SubnetFilter extends PageWish {
  /** A network's reference. */
  readonly network?: string | undefined;
}

/**
 * The subnets of networks, one by one. A reference is a UUID, the start of one, or a CIDR (`10.1.0.0/24`, `10.1.0.0/24@blue`); what it does not name
 * throws `not_found`. A change throws `precondition_failed` where the subnet has none of the revisions that it names.
 */
export class NetworkSubnets {
  readonly #store: Changeable;
  readonly #automatic: AutomaticSubnets;
  readonly #kept: KeptSubnets;

  /** @param kept what no network may have. */
  constructor(store: Changeable, automatic: AutomaticSubnets, kept: KeptSubnets) {
    this.#store = store;
    this.#automatic = automatic;
    this.#kept = kept;
  }

  /** The subnets that the filter lets through, by number. */
  list({ network, ...page }: SubnetFilter, context: Context): readonly Subnet[] {
    const view = seenBy(context.caller, this.#store.view);
    const all =
      network === undefined
        ? Array.from(view.rows("Subnet"))
        : view.find("Subnet", "byNetwork", networkOf(view, network)._uuid);
    const key = ({ cidr, _uuid: uuid }: Row) => keyInList.subnet({ cidr, uuid });
    return pageOf(all.filter(isOfNetwork), page, { key, view: (row) => subnetView(view, row) });
  }

  /** One subnet. */
  show(reference: string, context: Context): Subnet {
    const view = seenBy(context.caller, this.#store.view);
    return subnetView(view, subnetOf(view, reference));
  }

  /**
   * Gives a network another subnet; a free one where no CIDR is said. With an `id` the same request may be made again. Throws `conflict` where the network has
   * that subnet already, or the id is of another one.
   */
  async create({ id, network, ...asked }: NewSubnet, manner: Manner, context: Context): Promise<Subnet> {
    const uuid = id ?? randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      checkUnowned(draft, own, "Subnet", uuid);
      const known = own.get("Subnet", uuid);
      const before = known === undefined ? undefined : revisionOf(subnetSpecOf(draft, known));
      const row = this.#put(draft, uuid, ownNetwork(own, network), asked);
      if (before !== undefined)
        checkSameAgain(`subnet ${uuid} (${row.cidr})`, before, revisionOf(subnetSpecOf(draft, row)));
      return subnetView(own, row);
    });
  }

  /** Makes the subnet of a UUID, or makes it equal to what is asked. Throws `invalid` naming what cannot change. */
  async put(
    uuid: string,
    { network, ...asked }: SubnetOfNetwork,
    manner: Manner,
    context: Context,
  ): Promise<Subnet> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      checkUnowned(draft, own, "Subnet", uuid);
      const known = own.get("Subnet", uuid);
      const revision = known === undefined ? undefined : revisionOf(subnetSpecOf(draft, known));
      checkRevision(`subnet ${uuid}`, revision, manner.revisions);
      return subnetView(own, this.#put(draft, uuid, ownNetwork(own, network), asked));
    });
  }

  /** Changes a subnet, while its containers go on. Throws `invalid` naming what cannot change. */
  async update(reference: string, patch: SubnetPatch, manner: Manner, context: Context): Promise<Subnet> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = subnetIn(own, reference, manner);
      const asked = mergePatch(askedOf(subnetSpecOf(draft, row)), patch) as AskedSubnet;
      const network = referred(draft.get("Network", row.network));
      return subnetView(own, this.#put(draft, row._uuid, network, asked));
    });
  }

  /**
   * Takes a subnet from its network. Answers as it was. Throws `in_use` while a container has an address of it, and `conflict` for the last one of a network
   * that an engine made.
   */
  async remove(reference: string, manner: Manner, context: Context): Promise<Subnet> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = subnetIn(own, reference, manner);
      const before = subnetView(own, row);
      const others = subnetsOf(draft, row.network).filter((each) => each._uuid !== row._uuid);
      this.#putAll(draft, row.network, [...others], row._uuid);
      return before;
    });
  }

  #put(draft: Draft, uuid: string, network: IntentRow<"Network">, asked: AskedSubnet): Row {
    const known = draft.get("Subnet", uuid);
    const others = subnetsOf(draft, network._uuid).filter(({ _uuid }) => _uuid !== uuid);
    if (known !== undefined && known.network !== network._uuid)
      throw cannotChange(
        "network",
        `of a subnet cannot change: subnet ${uuid} (${known.cidr}) is not of network ${network.name}`,
      );
    const cidr = asked.cidr === undefined ? known?.cidr : formatCidr(parseCidr(asked.cidr));
    if (known !== undefined && cidr !== known.cidr)
      throw cannotChange("cidr", `of a subnet cannot change: it is ${known.cidr}; add another subnet`);
    const twin = others.find((row) => row.cidr === cidr);
    if (twin !== undefined)
      throw new FairwayError(
        "conflict",
        `network ${network.name} has subnet ${cidr} already (${twin._uuid})`,
      );
    this.#putAll(draft, network._uuid, [...others, { ...asked, ...(cidr !== undefined && { cidr }) }], uuid);
    return referred(draft.get("Subnet", uuid)) as Row;
  }

  /** @param subnets those that stay as they are, and the one of `uuid` in the request's words, last. */
  #putAll(
    draft: Draft,
    network: string,
    subnets: readonly (IntentRow<"Subnet"> | AskedSubnet)[],
    uuid: string,
  ): void {
    const asked = subnets.map((each) => ("_uuid" in each ? askedOf(subnetSpecOf(draft, each)) : each));
    const last = subnets.length - 1;
    const row = referred(draft.get("Network", network));
    const makers: SubnetMakers = {
      automatic: this.#automatic,
      kept: this.#kept,
      uuid: () => uuid,
      field: (at) => (field) => (at === last ? field : `subnets[${at}].${field}`),
      mayLeaveNone: true,
    };
    changeSubnets(draft, row, () => putSubnets(draft, row, asked, makers));
  }
}

/** Whether a network has bound a subnet: until then it is an engine's pool alone. */
export function isOfNetwork(row: IntentRow<"Subnet">): row is Row {
  return row.network !== null;
}

/** A subnet's spec as a request says it. */
function askedOf({ managed: _engines, ...spec }: SubnetSpec): AskedSubnet {
  return spec;
}

/** Throws `not_found`, and `precondition_failed` where it has none of the revisions. */
function subnetIn(view: View, reference: string, { revisions }: Manner): Row {
  const row = foundIn(view, (own) => subnetOf(own, reference));
  checkRevision(`subnet ${row.cidr}`, revisionOf(subnetSpecOf(view, row)), revisions);
  return row;
}

function ownNetwork(own: View, reference: string): IntentRow<"Network"> {
  return foundIn(own, (view) => networkOf(view, reference));
}

function cannotChange(field: string, what: string): FairwayError {
  const detail = `${field} ${what}`;
  return new FairwayError("invalid", detail, { fields: [{ field, detail }] });
}

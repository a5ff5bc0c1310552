import { randomUUID } from "node:crypto";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { endpointsNamed, memberNames } from "../../intent/vips.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import { ownOf } from "../access/changed.ts";
import { foundIn, seenBy } from "../access/seen.ts";
import { type Addresses, isUsable } from "../addresses/addresses.ts";
import { freeAddress, holdForVip } from "../addresses/bindings.ts";
import { holderOf } from "../addresses/holder.ts";
import { vipOf } from "../addresses/lookup-addresses.ts";
import type { Context } from "../context.ts";
import { networkOf } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { mergedMap } from "../merged-map.ts";
import { isLabelled, pageOf } from "../page.ts";
import { checkRevision } from "../revision.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { PageWish } from "../schemas/page.ts";
import type { NewVip, Vip, VipPatch } from "../schemas/vip.ts";
import { subnetsOf, subnetWith } from "../subnets/network-subnets.ts";
import { revisionOfVip, vipView } from "./vip-view.ts";

type Row = IntentRow<"Vip">;
type Network = IntentRow<"Network">;

/** Which VIPs. */
interface VipFilter extends PageWish {
  readonly network?: string | undefined;
  readonly label?: string | undefined;
}

/**
 * Addresses that containers and ports have in turn: whoever of the members says that it has one has it. A reference is a UUID, the address, or
 * ADDRESS@NETWORK; what it does not name throws `not_found`. A change throws `precondition_failed` where the VIP has none of the revisions that it names.
 */
export class Vips {
  readonly #store: Changeable;
  readonly #addresses: Addresses;

  constructor(store: Changeable, addresses: Addresses) {
    this.#store = store;
    this.#addresses = addresses;
  }

  /** The VIPs that the filter lets through, by number. Throws `not_found` where it names a network that is not there. */
  list({ network, label, ...page }: VipFilter, context: Context): readonly Vip[] {
    const view = seenBy(context.caller, this.#store.view);
    const rows =
      network === undefined
        ? Array.from(view.rows("Vip"))
        : view.find("Vip", "byNetwork", networkOf(view, network)._uuid);
    const listed = rows.filter(({ labels }) => isLabelled(labels, label)).map((row) => vipView(view, row));
    return pageOf(listed, page, { key: keyInList.vip, view: (each) => each });
  }

  /** One VIP. */
  show(reference: string, context: Context): Vip {
    const view = seenBy(context.caller, this.#store.view);
    return vipView(view, vipOf(view, reference));
  }

  /** Throws `conflict` where somebody has the address, `forbidden` where another organization shares the network, `invalid` where the network has no such address, `not_found` naming a member that is not on it. */
  async create(wish: NewVip, manner: Manner, context: Context): Promise<Vip> {
    const uuid = randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const network = foundIn(own, (view) => networkOf(view, wish.network));
      const { ip, labels, options } = wish;
      this.#take(draft, network, ip);
      const row = draft.insert("Vip", uuid, {
        network: network._uuid,
        ip,
        members: checkedMembers(own, network, wish.members, []),
        labels,
        options,
        status: {},
      });
      return vipView(own, row);
    });
  }

  /** Changes members, labels and options, under traffic. Throws `not_found` naming a new member that is not on the network. */
  async update(reference: string, patch: VipPatch, manner: Manner, context: Context): Promise<Vip> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = vipIn(own, reference, manner);
      const { members } = patch;
      draft.update("Vip", row._uuid, {
        members:
          members === undefined
            ? row.members
            : checkedMembers(own, networkOf(own, row.network), members ?? [], row.members),
        labels: mergedMap("labels", row.labels, patch.labels),
        options: mergedMap("options", row.options, patch.options),
      });
      return vipView(own, vipOf(own, row._uuid));
    });
  }

  /** Removes a VIP, and frees its address. Answers as it was. */
  async remove(reference: string, manner: Manner, context: Context): Promise<Vip> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = vipIn(own, reference, manner);
      const before = vipView(own, row);
      const subnet = subnetWith(draft, row.network, row.ip);
      for (const { _uuid, purpose } of draft.find(
        "Address",
        "bySubnetIp",
        keyOf(subnet?._uuid ?? "", row.ip),
      ))
        if (purpose === "vip") freeAddress(draft, _uuid);
      draft.delete("Vip", row._uuid);
      return before;
    });
  }

  #take(draft: Draft, { _uuid, name }: Network, ip: string): void {
    const subnet = subnetWith(draft, _uuid, ip);
    if (subnet === undefined || !isUsable(subnet, ip)) {
      const cidrs = subnetsOf(draft, _uuid).map(({ cidr }) => cidr);
      const detail = `ip must be one that a container can have on network ${name} (${cidrs.join(", ") || "it has no subnet"}); it is ${ip}`;
      throw new FairwayError("invalid", detail, { fields: [{ field: "ip", detail }] });
    }
    if (this.#addresses.take(draft, subnet, ip)) return holdForVip(draft, subnet._uuid, ip);
    const [held] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
    throw new FairwayError("conflict", `address ${ip} is already in use by ${holderOf(draft, held)}`);
  }
}

/** Members in their order, each once. @param known those that need not be there: they were. */
function checkedMembers(
  view: View,
  network: Network,
  names: readonly string[],
  known: readonly string[],
): readonly string[] {
  const wrong = names.find(
    (name) => !known.includes(name) && endpointsNamed(view, network._uuid, name).length === 0,
  );
  if (wrong === undefined) return [...new Set(names)].sort();
  const near = nearestName(wrong, memberNames(view, network._uuid));
  const hint =
    near === undefined
      ? `\`fairway endpoint ls --network ${network.name}\` lists who is`
      : `did you mean "${near}"?`;
  throw new FairwayError(
    "not_found",
    `no container or port "${wrong}" is on network ${network.name}; ${hint}`,
  );
}

function vipIn(view: View, reference: string, { revisions }: Manner): Row {
  const row = vipOf(view, reference);
  checkRevision(`VIP ${row.ip}`, revisionOfVip(row), revisions);
  return row;
}

import { randomUUID } from "node:crypto";
import { isSame } from "../../columns.ts";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { formatCidr, parseCidr } from "../../ip.ts";
import { checkUnowned, ownOf } from "../access/changed.ts";
import { foundIn } from "../access/seen.ts";
import type { Context } from "../context.ts";
import { networkOf } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { mergedMap } from "../merged-map.ts";
import { checkRevision } from "../revision.ts";
import type { Address, NewReservation, ReservationPatch } from "../schemas/address.ts";
import { subnetsOf, subnetWith } from "../subnets/network-subnets.ts";
import { addressView, revisionOfAddress } from "./address-view.ts";
import { type Addresses, isUsable } from "./addresses.ts";
import { changeReservation, freeAddress, reserveAddress } from "./bindings.ts";
import { holderOf } from "./holder.ts";
import { addressOf } from "./lookup-addresses.ts";

type Row = IntentRow<"Address">;
type Subnet = IntentRow<"Subnet">;
type Network = IntentRow<"Network">;

/** More than anybody keeps a list of, and few enough to be listed at once. */
const mostReservations = 10_000;

/**
 * Addresses that are kept for what is outside the engines: no container gets one, not even by `--ip`. A reference is a UUID, the start of one, or
 * an address, behind which `@` and the network's name stand where several networks have it; what it does not name throws `not_found`. A change throws
 * `precondition_failed` where the reservation has none of the revisions that it names.
 */
export class Reservations {
  readonly #store: Changeable;
  readonly #addresses: Addresses;
  readonly #now: () => number;

  /** @param now the time in ms. */
  constructor(store: Changeable, addresses: Addresses, now: () => number) {
    this.#store = store;
    this.#addresses = addresses;
    this.#now = now;
  }

  /**
   * Reserves an address of a network, or the next free one. With an `id` the same request may be made again. Throws `conflict` where somebody has the
   * address, `exhausted` where no address is free, `invalid` where the network has no such address.
   */
  async reserve({ id, ...wish }: NewReservation, manner: Manner, context: Context): Promise<Address> {
    const uuid = id ?? randomUUID();
    const expires = this.#timeOf(wish.expires);
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      checkUnowned(draft, own, "Address", uuid);
      const known = own.get("Address", uuid);
      if (known !== undefined) checkSame(own, known, wish, expires);
      const network = foundIn(own, (view) => networkOf(view, wish.network));
      return addressView(own, known ?? this.#make(draft, uuid, network, wish, expires));
    });
  }

  /** Changes for whom an address is reserved, and until when. Throws `invalid` for an address that is no reservation. */
  async update(
    reference: string,
    patch: ReservationPatch,
    manner: Manner,
    context: Context,
  ): Promise<Address> {
    const until = this.#timeOf(patch.expires ?? null);
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = reservationIn(own, reference, manner);
      changeReservation(draft, row._uuid, {
        note: patch.note === undefined ? row.note : (patch.note ?? ""),
        labels: mergedMap("labels", row.labels, patch.labels),
        expires: patch.expires === undefined ? row.expires : until,
      });
      return addressView(own, addressOf(own, row._uuid));
    });
  }

  /** Ends a reservation; the address rests, and is free then. Answers as it was. Throws `invalid` for an address that is no reservation. */
  async release(reference: string, manner: Manner, context: Context): Promise<Address> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = reservationIn(own, reference, manner);
      const before = addressView(own, row);
      freeAddress(draft, row._uuid);
      return before;
    });
  }

  #make(
    draft: Draft,
    uuid: string,
    network: Network,
    wish: Omit<NewReservation, "id">,
    expires: number | null,
  ): Row {
    if (network.removal !== null)
      throw new FairwayError(
        "conflict",
        `network ${network.name} is being removed; it gets no more reservations`,
      );
    if (draft.count("Address", "reserved", "") >= mostReservations)
      throw new FairwayError(
        "exhausted",
        `the cluster has ${mostReservations} reservations, as many as it may; release some, or leave a part of the subnet out by --ip-range`,
      );
    const { subnet, ip } =
      wish.ip === undefined ? this.#next(draft, network, wish) : this.#take(draft, network, wish, wish.ip);
    return reserveAddress(draft, uuid, {
      subnet: subnet._uuid,
      ip,
      purpose: "reserved",
      host: null,
      expires,
      note: wish.note,
      labels: wish.labels,
      since: this.#now(),
    });
  }

  #take(draft: Draft, network: Network, wish: Pick<NewReservation, "subnet">, ip: string) {
    const [named] = wish.subnet === undefined ? [] : subnetsFor(draft, network, wish);
    const subnet = subnetWith(draft, network._uuid, ip);
    if (
      subnet === undefined ||
      !isUsable(subnet, ip) ||
      (named !== undefined && named._uuid !== subnet._uuid)
    )
      throw refusal(
        "ip",
        `is not an address that a host can have ${named === undefined ? `on network ${network.name}` : `in subnet ${named.cidr}`}; it is ${ip}`,
      );
    if (this.#addresses.take(draft, subnet, ip)) return { subnet, ip };
    const [held] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
    throw new FairwayError("conflict", `address ${ip} is already in use by ${holderOf(draft, held)}`);
  }

  #next(draft: Draft, network: Network, wish: Pick<NewReservation, "subnet" | "family">) {
    const subnets = subnetsFor(draft, network, wish);
    for (const subnet of subnets) {
      const ip = this.#addresses.next(draft, subnet);
      if (ip !== undefined) return { subnet, ip };
    }
    const cidrs = subnets.map(({ cidr }) => cidr).join(", ");
    throw new FairwayError("exhausted", `network ${network.name} has no free address left in ${cidrs}`);
  }

  /** Throws `invalid` for what lies in the past. */
  #timeOf(expires: string | null): number | null {
    if (expires === null) return null;
    const time = Date.parse(expires);
    if (time > this.#now()) return time;
    throw refusal("expires", `must be a time that has not passed; it is ${expires}`);
  }
}

/** The subnets from which a wish may be served. Throws `invalid`. */
function subnetsFor(
  view: View,
  { _uuid, name }: Network,
  {
    subnet: reference,
    family,
  }: { readonly subnet?: string | undefined; readonly family?: 4 | 6 | undefined },
): readonly Subnet[] {
  const all = subnetsOf(view, _uuid);
  const list = all.map(({ cidr }) => cidr).join(", ") || "none";
  if (reference !== undefined) {
    const named = all.filter((row) => row._uuid === reference || row.cidr === canonical(reference));
    if (named.length > 0) return named;
    throw refusal("subnet", `must be one of network ${name}: ${list}; it is ${reference}`);
  }
  const wanted = family ?? (all[0] === undefined ? 4 : cidrOf(all[0]).family);
  const fitting = all.filter((row) => cidrOf(row).family === wanted);
  if (fitting.length > 0) return fitting;
  throw refusal("family", `must be one that network ${name} has a subnet of: ${list}; it is ${wanted}`);
}

function canonical(cidr: string): string {
  try {
    return formatCidr(parseCidr(cidr));
  } catch {
    return cidr;
  }
}

/** Throws `conflict` where what has the id is not what is wished; what the wish leaves open does not count. */
function checkSame(view: View, row: Row, wish: Omit<NewReservation, "id">, expires: number | null): void {
  const isSameWish =
    row.purpose === "reserved" &&
    networkOf(view, wish.network)._uuid === view.get("Subnet", row.subnet)?.network &&
    (wish.ip === undefined || wish.ip === row.ip) &&
    row.note === wish.note &&
    row.expires === expires &&
    isSame(row.labels, wish.labels);
  if (isSameWish) return;
  throw new FairwayError(
    "conflict",
    `address ${row._uuid} (${row.ip}) is there already, and otherwise: change it, or choose another id`,
  );
}

function reservationIn(view: View, reference: string, { revisions }: Manner): Row {
  const row = addressOf(view, reference);
  checkRevision(`address ${row.ip}`, revisionOfAddress(row), revisions);
  if (row.purpose === "reserved") return row;
  throw new FairwayError(
    "invalid",
    `address ${row.ip} is no reservation: it is in use by ${holderOf(view, row)}`,
  );
}

function refusal(field: string, what: string): FairwayError {
  const detail = `${field} ${what}`;
  return new FairwayError("invalid", detail, { fields: [{ field, detail }] });
}

import { randomUUID } from "node:crypto";
import { isSame } from "../../columns.ts";
import { FairwayError } from "../../errors.ts";
import { shorten } from "../../free-text.ts";
import type { Draft } from "../../intent/draft.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { multicastOption } from "../../intent/multicast.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import { interfaceOf } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalCidr, canonicalIp, familyOf } from "../../ip.ts";
import { levelAbove } from "../../level-names.ts";
import { mayChangeAll } from "../access/access.ts";
import { checkGateway, checkWithin, ownOf } from "../access/changed.ts";
import { foundIn, seenBy } from "../access/seen.ts";
import type { Addresses } from "../addresses/addresses.ts";
import type { Context } from "../context.ts";
import { inUseBy } from "../in-use.ts";
import { networkOf, organizationNamed, referred, routerNamed, subnetOf } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { mergedMap } from "../merged-map.ts";
import { isYes } from "../option-value.ts";
import { isLabelled, isNamed, pageOf } from "../page.ts";
import { checkRevision } from "../revision.ts";
import { cidr, ipAddress } from "../schemas/common.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { PageWish } from "../schemas/page.ts";
import type { NewRouter, Router, RouterInterfaceSpec, RouterPatch } from "../schemas/router.ts";
import { reservedUse } from "../subnets/reserved-subnets.ts";
import { checkQuota } from "../tenancy/quotas.ts";
import { attach, checkMovable, detach } from "./attachments.ts";
import { type Claim, claim, unclaim } from "./claims.ts";
import { isGatewayAs, patchedGateway } from "./gateway-wish.ts";
import { checkDefaultRoutes, clearGateway, setGateway } from "./gateways.ts";
import { insertRouter } from "./router-rows.ts";
import { revisionOfRouter, routerView } from "./router-view.ts";
import { isZonePolicy, mergedZonePolicy, ruleCount, zonePolicyRow } from "./zone-policy.ts";

type Row = IntentRow<"Router">;
type Routes = Readonly<Record<string, string | null>>;

/** Which routers. */
interface RouterFilter extends PageWish {
  readonly name?: string | undefined;
  readonly label?: string | undefined;
}

/**
 * Virtual routers: networks that are attached to one reach each other in one hop. A reference is a name or a UUID; what it does not name throws
 * `not_found`. A change throws `precondition_failed` where the router has none of the revisions that it names.
 */
export class Routers {
  readonly #store: Changeable;
  readonly #addresses: Addresses;

  constructor(store: Changeable, addresses: Addresses) {
    this.#store = store;
    this.#addresses = addresses;
  }

  /** The routers that the filter lets through, by name. */
  list({ name, label, ...page }: RouterFilter, context: Context): readonly Router[] {
    const view = seenBy(context.caller, this.#store.view);
    const rows = Array.from(view.rows("Router")).filter(
      (row) => isNamed(row.name, name) && isLabelled(row.labels, label),
    );
    return pageOf(rows, page, { key: keyInList.router, view: (row) => routerView(view, row) });
  }

  /** One router with the networks that are attached to it. */
  show(reference: string, context: Context): Router {
    const view = seenBy(context.caller, this.#store.view);
    return routerView(view, routerNamed(view, reference));
  }

  /** Throws `conflict` where a router of that name is there, `invalid` naming a route that is none. */
  async create(wish: NewRouter, manner: Manner, context: Context): Promise<Router> {
    const uuid = randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      checkWithin(context.caller, wish.name);
      checkGateway(context.caller, wish.gateway ?? undefined);
      if (draft.count("Router", "byName", wish.name) > 0)
        throw new FairwayError("conflict", `a router ${wish.name} is there already; choose another name`);
      return this.#make(draft, own, uuid, wish);
    });
  }

  /** As `create`; a router of that name which is as it is wished already stays. Throws `conflict` where it differs. */
  async put(wish: NewRouter, manner: Manner, context: Context): Promise<Router> {
    const uuid = randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      checkWithin(context.caller, wish.name);
      checkGateway(context.caller, wish.gateway ?? undefined);
      const [known] = own.find("Router", "byName", wish.name);
      if (known === undefined) return this.#make(draft, own, uuid, wish);
      const isWished =
        isSame(known.routes, soundRoutes(wish.routes)) &&
        isZonePolicy(known, wish) &&
        isSame(known.labels, wish.labels) &&
        isSame(known.options, soundOptions(wish.options)) &&
        isGatewayAs(draft, known, wish.gateway ?? null);
      if (isWished) return routerView(own, known);
      throw new FairwayError(
        "conflict",
        `a router ${wish.name} is there already, and otherwise: change it, or choose another name`,
      );
    });
  }

  /**
   * Changes a router's routes, gateway, labels or options, or what its zones may say to each other, under traffic. Throws `invalid` naming what is no route or rule, and
   * what `setGateway` throws.
   */
  async update(reference: string, patch: RouterPatch, manner: Manner, context: Context): Promise<Router> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = routerIn(own, reference, manner);
      const { routes, gateway } = patch;
      checkGateway(context.caller, gateway);
      const policy = mergedZonePolicy(own, row, patch);
      checkQuota(draft, "rules", "Router", row, ruleCount(policy) - ruleCount(row));
      draft.update("Router", row._uuid, {
        routes: soundRoutes(mergedMap("routes", row.routes, routes == null ? routes : canonical(routes))),
        ...policy,
        labels: mergedMap("labels", row.labels, patch.labels),
        options: soundOptions(mergedMap("options", row.options, patch.options)),
      });
      if (gateway === null) clearGateway(draft, row._uuid);
      else if (gateway !== undefined)
        setGateway(draft, this.#addresses, row, patchedGateway(draft, row, gateway));
      checkDefaultRoutes(draft, row);
      return routerView(own, referred(draft.get("Router", row._uuid)));
    });
  }

  /** Removes a router to which no network is attached. Answers as it was. Throws `in_use` naming the networks. */
  async remove(reference: string, manner: Manner, context: Context): Promise<Router> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const before = routerView(own, routerIn(own, reference, manner));
      const names = before.interfaces.map(({ network }) => network.name);
      if (names.length > 0) throw inUseBy(`router ${before.name}`, "network", names, "detach");
      if (before.zones.length > 0) throw inUseBy(`router ${before.name}`, "zone", before.zones, "remove");
      checkGateway(context.caller, before.gateway ?? undefined);
      clearGateway(draft, before.uuid);
      draft.delete("Router", before.uuid);
      return before;
    });
  }

  /**
   * Attaches a network under traffic; one that is attached already is as this says then. Throws `conflict` where it is on another router or overlaps a
   * network that is there, `invalid` where the router could not answer on it.
   */
  async attach(
    reference: string,
    network: string,
    spec: RouterInterfaceSpec,
    manner: Manner,
    context: Context,
  ): Promise<Router> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = routerIn(own, reference, manner);
      const joining = foundIn(own, (view) => networkOf(view, network));
      checkMovable(draft, row, joining);
      attach(draft, this.#addresses, row, joining, spec);
      return routerView(own, row);
    });
  }

  /** Takes a network from its router: from then on it has a router of its own. Succeeds where it is not attached there. */
  async detach(reference: string, network: string, manner: Manner, context: Context): Promise<Router> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = routerIn(own, reference, manner);
      const leaving = foundIn(own, (view) => networkOf(view, network));
      if (interfaceOf(draft, leaving._uuid)?.router === row._uuid) {
        checkMovable(draft, row, leaving);
        detach(draft, leaving._uuid);
      }
      return routerView(own, row);
    });
  }

  /**
   * Attaches the network of a subnet under an id of the caller's, beside what others claim of it. Throws `conflict` where the id or the subnet has an interface
   * already, and what `attach` throws.
   */
  async claim(reference: string, wish: Claim, manner: Manner, context: Context): Promise<Router> {
    mayChangeAll(context.caller);
    return changeOrRehearse(this.#store, manner, (draft) => {
      const row = routerIn(draft, reference, manner);
      checkMovable(draft, row, referred(draft.get("Network", subnetOf(draft, wish.subnet).network)));
      claim(draft, this.#addresses, row, wish);
      return routerView(draft, row);
    });
  }

  /** Gives up an interface of an id; the last one of a network detaches it. Throws `not_found` where there is none. */
  async unclaim(id: string, manner: Manner, context: Context): Promise<void> {
    mayChangeAll(context.caller);
    await changeOrRehearse(this.#store, manner, (draft) => unclaim(draft, id));
  }

  /** @param own where the organization is that its name says. */
  #make(draft: Draft, own: View, uuid: string, wish: NewRouter): Router {
    const { name, routes, labels, options, gateway } = wish;
    const above = levelAbove(name);
    const organization = above === undefined ? undefined : organizationNamed(own, above);
    const policy = zonePolicyRow(wish);
    if (organization !== undefined)
      checkQuota(draft, "rules", "Organization", organization, ruleCount(policy));
    const row = insertRouter(draft, uuid, {
      name,
      organization: organization?._uuid ?? null,
      routes: soundRoutes(routes),
      ...policy,
      labels,
      options: soundOptions(options),
    });
    if (gateway != null) setGateway(draft, this.#addresses, row, gateway);
    return routerView(own, row);
  }
}

function routerIn(view: View, reference: string, { revisions }: Manner): Row {
  const row = routerNamed(view, reference);
  checkRevision(`router ${row.name}`, revisionOfRouter(view, row), revisions);
  return row;
}

/** A router's options as they are kept: what it leads on of groups in one word. Others are kept as they are. Throws `invalid`. */
function soundOptions(options: Readonly<Record<string, string>>): Record<string, string> {
  const { [multicastOption]: multicast } = options;
  if (multicast === undefined) return { ...options };
  const isAsked = isYes(multicast);
  if (isAsked !== undefined) return { ...options, [multicastOption]: String(isAsked) };
  throw refusal(`options.${multicastOption}`, `must be true or false; it is "${shorten(multicast, 40)}"`);
}

/** Destinations in the one way in which they are written; what is none stays as it is. */
function canonical(routes: Routes): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(routes).map(([destination, nextHop]) => [
      cidr.safeParse(destination).success ? canonicalCidr(destination) : destination,
      nextHop,
    ]),
  );
}

/** Throws `invalid` where a route leads no subnet, a reserved one, or to no address of the subnet's family. */
function soundRoutes(routes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(routes).map(([destination, nextHop]) => {
      const areSound = cidr.safeParse(destination).success && ipAddress.safeParse(nextHop).success;
      if (!areSound || familyOf(destination) !== familyOf(nextHop))
        throw refusal(
          "routes",
          'must lead subnets to addresses of the same family, e.g. {"10.9.0.0/16": "10.1.0.7"}; ' +
            `one leads ${shorten(destination, 60)} to ${shorten(nextHop, 60)}`,
        );
      const use = reservedUse(destination);
      if (use !== undefined)
        throw refusal("routes", `must not lead ${destination} anywhere, which is ${use}`);
      return [canonicalCidr(destination), canonicalIp(nextHop)];
    }),
  );
}

function refusal(field: string, what: string): FairwayError {
  const detail = `${field} ${what}`;
  return new FairwayError("invalid", detail, { fields: [{ field, detail }] });
}

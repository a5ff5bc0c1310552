import { randomUUID } from "node:crypto";
import { isSame } from "../../columns.ts";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { isLogicalPort, type LogicalPort, nameServers } from "../../intent/logical-port.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { nameOfOrganization } from "../access/access.ts";
import { checkUnowned, ownOf } from "../access/changed.ts";
import { seenBy, wholeOf } from "../access/seen.ts";
import type { Addresses } from "../addresses/addresses.ts";
import type { Context } from "../context.ts";
import { hostNamed, networkOf, portOf, referred, subnetOf } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { mergedMap } from "../merged-map.ts";
import { endUnused } from "../networks/network-rows.ts";
import { isNamed, pageOf } from "../page.ts";
import { isLocal } from "../physical-networks/placement.ts";
import type { Progress } from "../progress.ts";
import { checkRevision, revisionOf } from "../revision.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { NewPort, Port, PortPatch } from "../schemas/port.ts";
import { guestNamed } from "../tenancy/sharing.ts";
import { ownerNameOf } from "../views.ts";
import { dockerEndpointView } from "./docker-endpoint-view.ts";
import { type EndpointFilter, endpointsIn } from "./endpoint-filter.ts";
import { deleteEndpoint } from "./endpoint-rows.ts";
import { addressesOf, endpointView, guestNameOf } from "./endpoint-view.ts";
import { changePort, makePort, subnetOfPort } from "./port-rows.ts";

interface PortsOptions {
  readonly store: Changeable;
  readonly addresses: Addresses;
  readonly progress: Progress;
}

/** Endpoints that no engine makes: ports for virtual machines, namespaces, and what else is plugged by its `iface-id`. */
export class Ports {
  readonly #store: Changeable;
  readonly #addresses: Addresses;
  readonly #progress: Progress;

  constructor({ store, addresses, progress }: PortsOptions) {
    this.#store = store;
    this.#addresses = addresses;
    this.#progress = progress;
  }

  /** The ports that the filter lets through, by name. Throws `not_found` where it names a network or host that is not there. */
  list(filter: EndpointFilter, context: Context): readonly Port[] {
    const view = seenBy(context.caller, this.#store.view);
    const rows = endpointsIn(view, filter)
      .filter(isLogicalPort)
      .filter((row) => isNamed(row.name, filter.name));
    return pageOf(rows, filter, { key: keyInList.port, view: (row) => this.#shown(view, row) });
  }

  /** One port. Throws `not_found`. @param reference its name, its UUID, or the start of that. */
  show(reference: string, context: Context): Port {
    const view = seenBy(context.caller, this.#store.view);
    return this.#shown(view, portOf(view, reference));
  }

  /** Throws `conflict` where a port of that name or UUID is there already, and what `makePort` throws. */
  async create(wish: NewPort, manner: Manner, context: Context): Promise<Port> {
    const { id = randomUUID() } = wish;
    return changeOrRehearse(this.#store, manner, (draft) =>
      this.#make(draft, ownOf(context.caller, draft), id, wish, context),
    );
  }

  /** As `create`; a port of that name which is as it is wished already stays. Throws `conflict` where it differs, and says in what. */
  async put(wish: NewPort, manner: Manner, context: Context): Promise<Port> {
    const { id = randomUUID() } = wish;
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const [known] = own.find("Endpoint", "byPortName", wish.name);
      if (known === undefined) return this.#make(draft, own, id, wish, context);
      const seen = seenBy(context.caller, draft);
      checkSame(seen, known, wish);
      return this.#shown(seen, portOf(own, known._uuid));
    });
  }

  /**
   * Changes a port, plugged or not. Whoever is behind it takes another address by DHCP, or is told by hand. Throws `conflict` where the name or an address
   * is another's, `in_use` where it is plugged and would get another MAC address, `invalid` where the network has no such address, `precondition_failed` where the port has none of the revisions.
   */
  async update(reference: string, patch: PortPatch, manner: Manner, context: Context): Promise<Port> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = portIn(own, reference, manner);
      const { name = row.name, addresses } = patch;
      const mac = patch.mac?.toLowerCase() ?? row.mac;
      if (name !== row.name) checkNameFree(draft, name);
      if (mac !== row.mac && this.#progress.isUp(row._uuid))
        throw new FairwayError(
          "in_use",
          `port ${row.name} is plugged, with its MAC address; unplug it before you change that`,
        );
      changePort(draft, this.#addresses, row, {
        name,
        mac,
        labels: mergedMap("labels", row.labels, patch.labels),
        options: mergedMap("options", row.options, patch.options),
        addresses: addresses === undefined ? undefined : (addresses ?? []),
      });
      return this.#shown(seenBy(context.caller, draft), portOf(own, row._uuid));
    });
  }

  /** Removes a port and frees its addresses. What is plugged is cut off; what Fairway plugged is taken away. Throws `not_found`. */
  async remove(reference: string, manner: Manner, context: Context): Promise<void> {
    await changeOrRehearse(this.#store, manner, (draft) => {
      const { _uuid, network } = portIn(ownOf(context.caller, draft), reference, manner);
      deleteEndpoint(draft, _uuid);
      endUnused(draft, network);
    });
  }

  /** What the wish names is seen by the caller: a network that others share, too. */
  #make(draft: Draft, own: View, uuid: string, wish: NewPort, { request, caller }: Context): Port {
    checkUnowned(draft, own, "Endpoint", uuid);
    checkNameFree(draft, wish.name);
    if (draft.get("Endpoint", uuid) !== undefined)
      throw new FairwayError("conflict", `id ${uuid} is another endpoint's; choose another one, or none`);
    const seen = seenBy(caller, draft);
    const network = networkOf(seen, wish.network);
    if (network.removal !== null)
      throw new FairwayError("conflict", `network ${network.name} is being removed; it gets no more ports`);
    const host = wish.host === undefined ? undefined : hostNamed(seen, wish.host);
    const subnet =
      wish.subnet === undefined ? undefined : subnetOfPort(seen, network, wish.subnet, wish.addresses);
    const organization = guestNamed(seen, network, wish.organization ?? nameOfOrganization(caller));
    if (isLocal(draft, network)) checkOnItsHost(draft, network, host);
    makePort(draft, this.#addresses, uuid, { network, organization, host, subnet }, { ...wish, request });
    return this.#shown(seen, portOf(own, uuid));
  }

  #shown(view: View, row: LogicalPort): Port {
    const network = referred(view.get("Network", row.network));
    const { mtu, gateway, gatewayV6, routes, hasPeers, isGuarded } = dockerEndpointView(wholeOf(view), row);
    const { status, addresses, host, labels, organization } = endpointView(view, row);
    const dns = addressesOf(view, row._uuid).flatMap(({ subnet }) =>
      nameServers(wholeOf(view), network, subnet),
    );
    return {
      uuid: row._uuid,
      name: row.name,
      ifaceId: row._uuid,
      network: { uuid: network._uuid, name: network.name },
      organization,
      mac: row.mac,
      mtu,
      addresses,
      gateways: [gateway, gatewayV6].filter((each) => each !== undefined),
      routes,
      dns: [...new Set(dns)],
      host,
      pinned: row.pinned,
      plugged: this.#progress.isUp(row._uuid),
      hasPeers,
      isGuarded,
      labels,
      options: { ...row.options },
      revision: revisionOfPort(view, row),
      request: row.request,
      status,
    };
  }
}

/** The revision of what a port is to be. */
function revisionOfPort(view: View, row: LogicalPort): string {
  const { name, network, mac, pinned, host, labels, options } = row;
  const addresses = view.find("Address", "byEndpoint", row._uuid).map(({ ip }) => ip);
  const place = pinned ? host : null;
  return revisionOf({ name, network, mac, place, addresses: addresses.sort(), labels, options });
}

/** Names are the whole cluster's: of whose a taken one is nothing is told. */
function checkNameFree(view: View, name: string): void {
  if (view.count("Endpoint", "byPortName", name) > 0)
    throw new FairwayError("conflict", `a port ${name} is there already; choose another name`);
}

/** Throws `not_found`, and `precondition_failed` where it has none of the revisions. */
function portIn(view: View, reference: string, { revisions }: Manner): LogicalPort {
  const row = portOf(view, reference);
  checkRevision(`port ${row.name}`, revisionOfPort(view, row), revisions);
  return row;
}

/** Throws `invalid` where a port on a local physical network is not said to be on the network's own host. */
function checkOnItsHost(
  view: View,
  { name, origin_host }: IntentRow<"Network">,
  host: IntentRow<"Host"> | undefined,
): void {
  if (host !== undefined && host._uuid === origin_host) return;
  const owner = view.get("Host", origin_host ?? "")?.name;
  throw new FairwayError(
    "invalid",
    `network ${name} is on one host alone (its physical network is local); ` +
      (owner === undefined ? "that host is gone" : `make the port with --host ${owner}`),
  );
}

/** Throws `conflict` where a port differs from what is wished, and says in what. What the wish leaves open does not count. */
function checkSame(view: View, known: IntentRow<"Endpoint">, wish: NewPort): void {
  const network = referred(view.get("Network", known.network));
  const own = addressesOf(view, known._uuid);
  const held = own.map(({ ip }) => ip);
  const subnet = wish.subnet === undefined ? undefined : subnetOf(view, wish.subnet)._uuid;
  const isInSubnet = subnet === undefined || own.some((each) => each.subnet._uuid === subnet);
  const host = known.host === null ? null : (view.get("Host", known.host)?.name ?? null);
  const [guest, owner] = [guestNameOf(view, known), ownerNameOf(view, network)];
  const missing = wish.addresses.filter((ip) => !held.includes(ip));
  const differences = [
    ...(wish.id !== undefined && wish.id !== known._uuid ? [`id ${known._uuid}`] : []),
    ...(networkOf(view, wish.network)._uuid === known.network ? [] : [`network ${network.name}`]),
    ...(wish.organization === undefined || wish.organization === (guest ?? owner)
      ? []
      : [`organization ${guest ?? owner ?? "none"}`]),
    ...(missing.length === 0 && isInSubnet ? [] : [`addresses ${held.join(", ")}`]),
    ...(wish.mac === undefined || wish.mac.toLowerCase() === known.mac ? [] : [`mac ${known.mac}`]),
    ...((known.pinned ? host : null) === (wish.host ?? null)
      ? []
      : [known.pinned ? `host ${host}` : "no host of its own"]),
    ...(isSame(known.labels, wish.labels) ? [] : ["other labels"]),
    ...(isSame(known.options, wish.options) ? [] : ["other options"]),
  ];
  if (differences.length === 0) return;
  throw new FairwayError(
    "conflict",
    `a port ${wish.name} is there already, with ${differences.join("; ")}; remove it first, or choose another name`,
  );
}

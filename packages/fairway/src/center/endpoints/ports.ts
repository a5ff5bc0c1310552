import { randomUUID } from "node:crypto";
import { isSame } from "../../columns.ts";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { isLogicalPort, type LogicalPort, nameServers } from "../../intent/logical-port.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { mayChangeAll, mayReadAll } from "../access/access.ts";
import type { Addresses } from "../addresses/addresses.ts";
import type { Context } from "../context.ts";
import { hostNamed, networkOf, portOf, referred } from "../lookup.ts";
import { endUnused } from "../networks/network-rows.ts";
import { isLocal } from "../physical-networks/placement.ts";
import type { Progress } from "../progress.ts";
import type { NewPort, Port } from "../schemas/port.ts";
import { addressesOf, dockerEndpointView, endpointView } from "../views.ts";
import { deleteEndpoint } from "./endpoint-rows.ts";
import { makePort } from "./port-rows.ts";

interface PortsOptions {
  readonly store: Store;
  readonly addresses: Addresses;
  readonly progress: Progress;
}

/** By a network's reference, by a host's name. */
interface PortFilter {
  readonly network?: string | undefined;
  readonly host?: string | undefined;
}

/** Endpoints that no engine makes: ports for virtual machines, namespaces, and what else is plugged by its `iface-id`. */
export class Ports {
  readonly #store: Store;
  readonly #addresses: Addresses;
  readonly #progress: Progress;

  constructor({ store, addresses, progress }: PortsOptions) {
    this.#store = store;
    this.#addresses = addresses;
    this.#progress = progress;
  }

  /** The ports that the filter lets through, by name. Throws `not_found` where it names a network or host that is not there. */
  list(filter: PortFilter, context: Context): readonly Port[] {
    mayReadAll(context.caller);
    const { view } = this.#store;
    const network = filter.network === undefined ? undefined : networkOf(view, filter.network)._uuid;
    const host = filter.host === undefined ? undefined : hostNamed(view, filter.host)._uuid;
    return Array.from(view.rows("Endpoint"))
      .filter(isLogicalPort)
      .filter((row) => network === undefined || row.network === network)
      .filter((row) => host === undefined || row.host === host)
      .sort((one, other) => one.name.localeCompare(other.name))
      .map((row) => this.#view(row));
  }

  /** One port. Throws `not_found`. @param reference its name, its UUID, or the start of that. */
  show(reference: string, context: Context): Port {
    mayReadAll(context.caller);
    return this.#view(portOf(this.#store.view, reference));
  }

  /** Throws `conflict` where a port of that name or UUID is there already, and what `makePort` throws. */
  async create(wish: NewPort, context: Context): Promise<Port> {
    mayChangeAll(context.caller);
    const { id = randomUUID() } = wish;
    await this.#store.change((draft) => this.#make(draft, id, wish, context));
    return this.show(id, context);
  }

  /** As `create`; a port of that name which is as it is wished already stays. Throws `conflict` where it differs, and says in what. */
  async put(wish: NewPort, context: Context): Promise<Port> {
    mayChangeAll(context.caller);
    const { id = randomUUID() } = wish;
    await this.#store.change((draft) => {
      const [known] = draft.find("Endpoint", "byPortName", wish.name);
      if (known === undefined) this.#make(draft, id, wish, context);
      else checkSame(draft, known, wish);
    });
    return this.show(wish.name, context);
  }

  /** Removes a port and frees its addresses. What is plugged is cut off; what Fairway plugged is taken away. Throws `not_found`. */
  async remove(reference: string, context: Context): Promise<void> {
    mayChangeAll(context.caller);
    await this.#store.change((draft) => {
      const { _uuid, network } = portOf(draft, reference);
      deleteEndpoint(draft, _uuid);
      endUnused(draft, network);
    });
  }

  #make(draft: Draft, uuid: string, wish: NewPort, { request }: Context): void {
    const { name } = wish;
    if (draft.count("Endpoint", "byPortName", name) > 0)
      throw new FairwayError("conflict", `a port ${name} is there already; choose another name`);
    if (draft.get("Endpoint", uuid) !== undefined)
      throw new FairwayError("conflict", `id ${uuid} is another endpoint's; choose another one, or none`);
    const network = networkOf(draft, wish.network);
    if (network.removal !== null)
      throw new FairwayError("conflict", `network ${network.name} is being removed; it gets no more ports`);
    const host = wish.host === undefined ? undefined : hostNamed(draft, wish.host);
    if (isLocal(draft, network)) checkOnItsHost(draft, network, host);
    makePort(draft, this.#addresses, uuid, { network, host }, { ...wish, request });
  }

  #view(row: LogicalPort): Port {
    const { view } = this.#store;
    const network = referred(view.get("Network", row.network));
    const { mtu, gateway, gatewayV6, routes, hasPeers, isGuarded } = dockerEndpointView(view, row);
    const { status, addresses, host, labels } = endpointView(view, row);
    const dns = addressesOf(view, row._uuid).flatMap(({ subnet }) => nameServers(view, network, subnet));
    return {
      uuid: row._uuid,
      name: row.name,
      ifaceId: row._uuid,
      network: { uuid: network._uuid, name: network.name },
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
      request: row.request,
      status,
    };
  }
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
  const held = addressesOf(view, known._uuid).map(({ ip }) => ip);
  const host = known.host === null ? null : (view.get("Host", known.host)?.name ?? null);
  const missing = wish.addresses.filter((ip) => !held.includes(ip));
  const differences = [
    ...(wish.id !== undefined && wish.id !== known._uuid ? [`id ${known._uuid}`] : []),
    ...(networkOf(view, wish.network)._uuid === known.network ? [] : [`network ${network.name}`]),
    ...(missing.length === 0 ? [] : [`addresses ${held.join(", ")}`]),
    ...(wish.mac === undefined || wish.mac.toLowerCase() === known.mac ? [] : [`mac ${known.mac}`]),
    ...((known.pinned ? host : null) === (wish.host ?? null)
      ? []
      : [known.pinned ? `host ${host}` : "no host of its own"]),
    ...(isSame(known.labels, wish.labels) ? [] : ["other labels"]),
  ];
  if (differences.length === 0) return;
  throw new FairwayError(
    "conflict",
    `a port ${wish.name} is there already, with ${differences.join("; ")}; remove it first, or choose another name`,
  );
}

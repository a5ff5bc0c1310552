import { randomUUID } from "node:crypto";
import { FairwayError } from "../errors.ts";
import type { Draft } from "../intent/draft.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { containsCidr, formatCidr, parseCidr } from "../ip.ts";
import { mayActFor } from "./access.ts";
import type { Addresses } from "./addresses.ts";
import { AutomaticSubnets } from "./automatic-subnets.ts";
import { networkOf, registeredHost } from "./lookup.ts";
import { checkMayJoin } from "./network-access.ts";
import { sameSpace } from "./pool-alias.ts";
import { readPoolOptions } from "./pool-options.ts";
import { checkPoolQuota } from "./quotas.ts";
import { givenUp } from "./remade-network.ts";
import { checkNotReserved } from "./reserved-subnets.ts";
import type { Pool, PoolRequest } from "./schemas/pool.ts";
import type { Context } from "./service.ts";
import { subnetsOf } from "./views.ts";
import { waitUntil } from "./wait.ts";

/** How long a pool waits for another of the same space and CIDR to be bound, ms. */
const SAME_POOL_WAIT_MS = 20_000;

/**
 * How many pools a host may hold that no network uses. Docker asks again for as long as it dislikes an automatic
 * subnet, and holds all that it was given meanwhile.
 */
const MAX_UNBOUND = 256;

/** The pools that engines ask for, and that networks bind later. */
export class Pools {
  readonly #store: Store;
  readonly #addresses: Addresses;
  readonly #automatic: AutomaticSubnets;

  constructor(store: Store, addresses: Addresses, automatic: AutomaticSubnets) {
    this.#store = store;
    this.#addresses = addresses;
    this.#automatic = automatic;
  }

  async request(host: string, request: PoolRequest, context: Context): Promise<Pool> {
    mayActFor(context.caller, host);
    const cidr = request.cidr === undefined ? undefined : formatCidr(parseCidr(request.cidr));
    if (cidr !== undefined) checkFamily(cidr, request.family);
    if (cidr !== undefined) checkNotReserved(cidr);
    if (cidr !== undefined) checkRange(cidr, request.range);
    const { network } = readPoolOptions(request.options ?? {});
    if (network !== undefined) return join(this.#store.view, host, network, cidr, request);
    const uuid = randomUUID();
    const space = spaceOf(host, request.space);
    const bound = AbortSignal.any([context.signal, AbortSignal.timeout(SAME_POOL_WAIT_MS)]);
    for (;;) {
      if (cidr !== undefined) await this.#waitForTwin(space, cidr, bound);
      const made = await this.#store.change((draft) => this.#make(draft, uuid, host, space, cidr, request));
      if (made !== undefined) return made;
    }
  }

  async release(host: string, pool: string, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    await this.#store.change((draft) => {
      const subnet = draft.get("Subnet", pool);
      if (subnet === undefined || subnet.network !== null) return;
      if (isOf(host, subnet) || isAliasOf(draft, host, subnet)) deleteSubnet(draft, subnet._uuid);
    });
  }

  /** @returns undefined where a twin was faster. */
  #make(
    draft: Draft,
    uuid: string,
    host: string,
    space: string,
    cidr: string | undefined,
    { family, range, avoid = [], options = {} }: PoolRequest,
  ): Pool | undefined {
    const owner = registeredHost(draft, host);
    const existing = draft.get("Subnet", uuid);
    if (existing !== undefined) return poolView(existing);
    if (cidr !== undefined && hasTwin(draft, space, cidr)) return undefined;
    if (cidr === undefined) checkUnbound(draft, host);
    checkPoolQuota(draft, owner);
    const subnet = draft.insert("Subnet", uuid, {
      network: null,
      cidr: cidr ?? givenUp(draft, owner, family, avoid) ?? this.#automatic.choose(draft, family, avoid),
      space,
      gateway: null,
      ranges: range === undefined ? [] : [formatCidr(parseCidr(range))],
      host_routes: [],
      dns: [],
      options,
      managed: true,
      automatic: cidr === undefined,
      same_as: null,
      foreign: null,
      expires: this.#addresses.reservedUntil,
    });
    return poolView(subnet);
  }

  /** Docker 20.10 asks for its address space once: there two unbound pools of one CIDR could not be told apart. */
  async #waitForTwin(space: string, cidr: string, bound: AbortSignal): Promise<void> {
    const { view, replica } = this.#store;
    if (await waitUntil(replica, () => !hasTwin(view, space, cidr), bound)) return;
    throw new FairwayError(
      "conflict",
      `another network with subnet ${cidr} is being created on this engine; wait for it, or choose another subnet`,
    );
  }
}

/** A host's own space: no host can bind another's pools. */
export function spaceOf(host: string, space: string): string {
  return `${host}/${space}`;
}

/** An engine has its network no longer: what stood for a subnet there goes with it, whether or not the engine releases it. */
export function deleteAliases(draft: Draft, handle: IntentRow<"Docker_Network">): void {
  for (const { _uuid } of draft.find("Subnet", "byNetwork", handle.network))
    for (const alias of draft.find("Subnet", "bySameAs", _uuid))
      if (alias.space === sameSpace(handle._uuid)) deleteSubnet(draft, alias._uuid);
}

/** The subnet that an engine means by a pool's id: it may know one that became another's (`remade-network.ts`). */
export function poolNamed(view: View, uuid: string): IntentRow<"Subnet"> | undefined {
  const subnet = view.get("Subnet", uuid);
  return subnet?.same_as == null ? subnet : view.get("Subnet", subnet.same_as);
}

/** May this host's engine speak of the pool? Those of networks are everybody's. */
export function isOf(host: string, subnet: IntentRow<"Subnet">): boolean {
  return subnet.network !== null || subnet.space.startsWith(spaceOf(host, ""));
}

/** Whether the pool stands for a subnet on this host's engine. */
function isAliasOf(view: View, host: string, { space }: IntentRow<"Subnet">): boolean {
  const [owner] = view.find("Host", "byName", host);
  const handles = owner === undefined ? [] : view.find("Docker_Network", "byHost", owner._uuid);
  return handles.some(({ _uuid }) => space === sameSpace(_uuid));
}

export function deleteSubnet(draft: Draft, uuid: string): void {
  for (const address of draft.find("Address", "bySubnet", uuid)) draft.delete("Address", address._uuid);
  for (const other of draft.find("Subnet", "bySameAs", uuid)) deleteSubnet(draft, other._uuid);
  draft.delete("Subnet", uuid);
}

/** A pool of a network that exists: `--ipam-opt network=NAME` (design §4). */
function join(
  view: View,
  host: string,
  reference: string,
  cidr: string | undefined,
  { family }: Pick<PoolRequest, "family">,
): Pool {
  const network = networkOf(view, reference);
  checkMayJoin(view, network, registeredHost(view, host));
  const subnets = subnetsOf(view, network._uuid);
  const subnet = subnets.find(
    (row) => parseCidr(row.cidr).family === family && (cidr === undefined || cidr === row.cidr),
  );
  if (subnet !== undefined) return poolView(subnet);
  const has = subnets.map((row) => row.cidr).join(", ") || "none";
  throw new FairwayError(
    "invalid",
    `network ${network.name} has no subnet ${cidr ?? `of IPv${family}`}; it has ${has}`,
  );
}

function hasTwin(view: View, space: string, cidr: string): boolean {
  return view.find("Subnet", "bySpace", space).some((row) => row.cidr === cidr);
}

function checkUnbound(view: View, host: string): void {
  const unbound = view.find("Subnet", "byUnboundHost", host).filter((row) => row.foreign === null);
  if (unbound.length < MAX_UNBOUND) return;
  throw new FairwayError(
    "exhausted",
    `the engine of host ${host} holds ${unbound.length} subnets that no network uses, the last one ${unbound.at(-1)?.cidr}; ` +
      "it seems to refuse each that it is given: give --subnet",
  );
}

function checkFamily(cidr: string, family: PoolRequest["family"]): void {
  if (parseCidr(cidr).family === family) return;
  throw new FairwayError("invalid", `subnet ${cidr} must be one of IPv${family}, as the request says`);
}

function checkRange(cidr: string, range: string | undefined): void {
  if (range === undefined) return;
  const [outer, inner] = [parseCidr(cidr), parseCidr(range)];
  if (containsCidr(outer, inner)) return;
  throw new FairwayError("invalid", `range ${range} is not inside subnet ${cidr}`);
}

function poolView(subnet: IntentRow<"Subnet">): Pool {
  return {
    pool: subnet._uuid,
    cidr: subnet.cidr,
    ...(subnet.gateway === null ? {} : { gateway: subnet.gateway }),
  };
}

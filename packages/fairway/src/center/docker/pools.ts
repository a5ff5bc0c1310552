import { randomUUID } from "node:crypto";
import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import { poolIdOf, poolNamed, subnetOfPool } from "../../intent/docker-pools.ts";
import type { Draft } from "../../intent/draft.ts";
import { networksOverlapping } from "../../intent/host-access.ts";
import { keyOf } from "../../intent/indexes.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { containsCidr, formatCidr, parseCidr } from "../../ip.ts";
import { isNameInZone } from "../../level-names.ts";
import { until } from "../../runtime/until.ts";
import { mayActFor } from "../access/access.ts";
import { checkMayJoin } from "../access/network-access.ts";
import type { Addresses } from "../addresses/addresses.ts";
import type { Context } from "../context.ts";
import { checkPoolQuota } from "../hosts/quotas.ts";
import { networkOf, referred, registeredHost } from "../lookup.ts";
import type { Pool, PoolRequest } from "../schemas/pool.ts";
import type { AutomaticSubnets } from "../subnets/automatic-subnets.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { checkNotReserved } from "../subnets/reserved-subnets.ts";
import { subnetSpec } from "../subnets/subnet-spec.ts";
import { deleteSubnet, putSubnet } from "../subnets/subnets.ts";
import { guestNamed } from "../tenancy/sharing.ts";
import { forgetWaiting, subnetOfLevels } from "./level-pools.ts";
import { readPoolOptions } from "./pool-options.ts";
import { subnetGivenUp } from "./remade-network.ts";

type Host = IntentRow<"Host">;
type Subnet = IntentRow<"Subnet">;

/** How long a pool waits for another of the same address space and CIDR to be bound, ms. */
const SAME_POOL_WAIT_MS = 20_000;

/**
 * How many pools a host may hold that no network uses. Docker asks again for as long as it dislikes an automatic
 * subnet, and holds all that it was given meanwhile.
 */
const MAX_UNBOUND = 256;

/**
 * The pools that engines ask for, and that networks bind later. A pool is an engine's handle of a subnet, which has no network
 * until one binds it. The engine knows it by the subnet's UUID.
 */
export class Pools {
  readonly #store: Store;
  readonly #addresses: Addresses;
  readonly #automatic: AutomaticSubnets;
  readonly #makesLevels: boolean;

  /** @param makesLevels whether organizations, domains, zones and their networks that options name are made where they are not there. */
  constructor(store: Store, addresses: Addresses, automatic: AutomaticSubnets, makesLevels: boolean) {
    this.#store = store;
    this.#makesLevels = makesLevels;
    this.#addresses = addresses;
    this.#automatic = automatic;
  }

  async request(host: string, request: PoolRequest, context: Context): Promise<Pool> {
    mayActFor(context.caller, host);
    const cidr = request.cidr === undefined ? undefined : formatCidr(parseCidr(request.cidr));
    if (cidr !== undefined) checkFamily(cidr, request.family);
    if (cidr !== undefined) checkNotReserved(cidr);
    if (cidr !== undefined) checkRange(cidr, request.range);
    if (request.preferred !== undefined) {
      checkFamily(request.preferred, request.family);
      checkNotReserved(request.preferred);
    }
    const { network, organization, inZone } = readPoolOptions(request.options ?? {});
    if (network !== undefined) return join(this.#store.view, host, { network, organization }, cidr, request);
    const there = inZone === undefined ? undefined : this.#subnetInZone(inZone, cidr, request);
    const made = await this.#makeAlone(host, there?.cidr ?? cidr, request, context);
    // What was made waits for the network, and ends with it; the engine speaks of the zone's subnet.
    return there === undefined ? made : poolView(there);
  }

  /** The only unbound pool of its address space and CIDR. */
  async #makeAlone(
    host: string,
    cidr: string | undefined,
    request: PoolRequest,
    context: Context,
  ): Promise<Pool> {
    const uuid = randomUUID();
    const bound = AbortSignal.any([context.signal, AbortSignal.timeout(SAME_POOL_WAIT_MS)]);
    for (;;) {
      if (cidr !== undefined) await this.#waitForTwin(host, request.space, cidr, bound);
      const made = await this.#store.change((draft) => this.#make(draft, uuid, host, cidr, request));
      if (made !== undefined) return made;
    }
  }

  /** @returns undefined where a level is missing and may be made. */
  #subnetInZone(name: string, cidr: string | undefined, { family }: PoolRequest): Subnet | undefined {
    const { view } = this.#store;
    const mayBeMade = this.#makesLevels && isNameInZone(name);
    if (mayBeMade && view.count("Network", "byName", name) === 0) return undefined;
    return subnetOfLevels(view, name, cidr, family);
  }

  async release(host: string, id: string, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    await this.#store.change((draft) => {
      const pool = poolNamed(draft, id);
      const subnet = subnetOfPool(draft, id);
      const [owner] = draft.find("Host", "byName", host);
      if (subnet !== undefined && owner !== undefined) forgetWaiting(draft, owner._uuid, subnet);
      if (pool === undefined || draft.get("Host", pool.host)?.name !== host) return;
      if (pool.remade_network !== null) draft.delete("Docker_Pool", pool._uuid);
      else if (draft.get("Subnet", pool.subnet)?.network === null) deleteSubnet(draft, pool.subnet);
    });
  }

  /** @returns undefined where a twin was faster. */
  #make(
    draft: Draft,
    uuid: string,
    host: string,
    cidr: string | undefined,
    { space, family, preferred, range, avoid = [], options = {} }: PoolRequest,
  ): Pool | undefined {
    const owner = registeredHost(draft, host);
    const existing = draft.get("Subnet", uuid);
    if (existing !== undefined) return poolView(existing);
    if (cidr !== undefined && waitingPool(draft, owner, space, cidr) !== undefined) return undefined;
    if (cidr === undefined) checkUnbound(draft, owner);
    checkPoolQuota(draft, owner);
    const chosen = cidr ?? (preferred === undefined ? undefined : ifFree(draft, owner, preferred));
    const given =
      chosen ??
      subnetGivenUp(draft, owner, family, (subnet) => this.#automatic.isElsewhere(draft, subnet, avoid)) ??
      this.#automatic.choose(draft, family, avoid);
    const ranges = range === undefined ? [] : [formatCidr(parseCidr(range))];
    const subnet = putSubnet(draft, uuid, null, subnetSpec.parse({ cidr: given, ranges, options }));
    draft.insert("Docker_Pool", derive("docker-pool", owner._uuid, uuid), {
      host: owner._uuid,
      engine_id: uuid,
      subnet: uuid,
      address_space: space,
      automatic: chosen === undefined,
      foreign_network: null,
      remade_network: null,
      expires: this.#addresses.reservedUntil,
    });
    return poolView(subnet);
  }

  /** Docker 20.10 asks for its address space once: there two unbound pools of one CIDR could not be told apart. */
  async #waitForTwin(host: string, addressSpace: string, cidr: string, bound: AbortSignal): Promise<void> {
    const { view, replica } = this.#store;
    const onChange = (look: () => void) => {
      replica.on("change", look);
      return () => replica.off("change", look);
    };
    const isAlone = () => {
      const [owner] = view.find("Host", "byName", host);
      return owner === undefined || waitingPool(view, owner, addressSpace, cidr) === undefined;
    };
    if (await until(onChange, isAlone, bound)) return;
    throw new FairwayError(
      "conflict",
      `another network with subnet ${cidr} is being created on this engine; wait for it, or choose another subnet`,
    );
  }
}

/** The subnet of a pool that waits in an address space of a host's engine for the network that will bind it. */
export function waitingPool(view: View, host: Host, addressSpace: string, cidr: string): Subnet | undefined {
  return view
    .find("Docker_Pool", "byAddressSpace", keyOf(host._uuid, addressSpace))
    .map(({ subnet }) => referred(view.get("Subnet", subnet)))
    .find((row) => row.cidr === cidr);
}

/** The subnet that a host's engine means by a pool's id; undefined where it may not speak of it. Those of networks are everybody's. */
export function subnetFor(view: View, host: string, id: string): Subnet | undefined {
  const subnet = subnetOfPool(view, id);
  return subnet !== undefined && isFor(view, host, subnet) ? subnet : undefined;
}

/** May this host's engine speak of the subnet? */
export function isFor(view: View, host: string, { _uuid, network }: Subnet): boolean {
  if (network !== null) return true;
  return view
    .find("Docker_Pool", "bySubnet", _uuid)
    .some((pool) => view.get("Host", pool.host)?.name === host);
}

/** A pool of a network that exists: `--ipam-opt network=NAME`, for an organization with which it is shared. */
function join(
  view: View,
  host: string,
  asked: { readonly network: string; readonly organization: string | undefined },
  cidr: string | undefined,
  { family }: Pick<PoolRequest, "family">,
): Pool {
  const network = networkOf(view, asked.network);
  checkMayJoin(view, network, registeredHost(view, host));
  const isGuest = guestNamed(view, network, asked.organization) !== null;
  const subnets = subnetsOf(view, network._uuid);
  const subnet = subnets.find(
    (row) => cidrOf(row).family === family && (cidr === undefined || cidr === row.cidr),
  );
  if (subnet !== undefined) return poolView(subnet, isGuest ? asked.organization : undefined);
  const has = subnets.map((row) => row.cidr).join(", ") || "none";
  throw new FairwayError(
    "invalid",
    `network ${network.name} has no subnet ${cidr ?? `of IPv${family}`}; it has ${has}`,
  );
}

/** A subnet of which no network has addresses; the host's engine has not been given it for another network either. */
function ifFree(view: View, { _uuid }: Host, preferred: string): string | undefined {
  const cidr = parseCidr(preferred);
  const text = formatCidr(cidr);
  const waits = view
    .find("Docker_Pool", "byUnboundHost", _uuid)
    .some(({ subnet }) => view.get("Subnet", subnet)?.cidr === text);
  return waits || networksOverlapping(view, cidr).length > 0 ? undefined : text;
}

function checkUnbound(view: View, { _uuid, name }: Host): void {
  const unbound = view
    .find("Docker_Pool", "byUnboundHost", _uuid)
    .filter(({ foreign_network }) => foreign_network === null);
  if (unbound.length < MAX_UNBOUND) return;
  const last = view.get("Subnet", unbound.at(-1)?.subnet ?? "")?.cidr;
  throw new FairwayError(
    "exhausted",
    `the engine of host ${name} holds ${unbound.length} subnets that no network uses, the last one ${last}; ` +
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

/** @param organization for which another one's network is used, by name. */
function poolView(subnet: Subnet, organization?: string): Pool {
  return {
    pool: poolIdOf(subnet, organization),
    cidr: subnet.cidr,
    ...(subnet.gateway === null ? {} : { gateway: subnet.gateway }),
  };
}

import { randomUUID } from "node:crypto";
import { FairwayError } from "../errors.ts";
import type { Draft } from "../intent/draft.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow, View } from "../intent/view.ts";
import {
  canonicalIp,
  containsCidr,
  formatCidr,
  formatIp,
  overlaps,
  parseCidr,
  usable,
  withPrefix,
} from "../ip.ts";
import { mayActFor } from "./access.ts";
import { type Addresses, isUsable } from "./addresses.ts";
import { networkOf, referred, registeredHost } from "./lookup.ts";
import type { AddressGrant, AddressRequest, Pool, PoolRequest } from "./schemas/pool.ts";
import type { Context } from "./service.ts";
import { subnetsOf } from "./views.ts";
import { waitUntil } from "./wait.ts";

/** How long a pool that no network binds, or an address that no endpoint binds, is kept, ms (design §3). */
export const UNBOUND_MS = 120_000;

/** How long a pool waits for another of the same space and CIDR to be bound, ms. */
const SAME_POOL_WAIT_MS = 20_000;

/** A range that automatic subnets are cut from, and their prefix length. */
export interface AutomaticPool {
  readonly cidr: string;
  readonly size: number;
}

/** What Docker's IPAM calls ask for: pools, which networks bind later, and addresses, which endpoints bind later. */
export class Pools {
  readonly #store: Store;
  readonly #addresses: Addresses;
  readonly #automatic: readonly AutomaticPool[];
  readonly #now: () => number;

  constructor(store: Store, addresses: Addresses, automatic: readonly AutomaticPool[], now: () => number) {
    this.#store = store;
    this.#addresses = addresses;
    this.#automatic = automatic;
    this.#now = now;
  }

  async requestPool(host: string, request: PoolRequest, context: Context): Promise<Pool> {
    mayActFor(context.caller, host);
    const uuid = randomUUID();
    const space = spaceOf(host, request.space);
    const cidr = request.cidr === undefined ? undefined : formatCidr(parseCidr(request.cidr));
    if (cidr !== undefined) checkRange(cidr, request.range);
    const options = request.options ?? {};
    const network = options["network"];
    if (network !== undefined) return this.#join(network, cidr, request);
    await this.#waitForTwin(space, cidr, context.signal);
    return this.#store.change((draft) => {
      registeredHost(draft, host);
      const existing = draft.get("Subnet", uuid);
      const subnet =
        existing ??
        draft.insert("Subnet", uuid, {
          network: null,
          cidr: cidr ?? this.#freeSubnet(draft, request.family),
          space,
          gateway: null,
          ranges: request.range === undefined ? [] : [formatCidr(parseCidr(request.range))],
          host_routes: [],
          dns: [],
          options,
          managed: true,
          expires: this.#now() + UNBOUND_MS,
        });
      return poolView(subnet);
    });
  }

  async releasePool(host: string, pool: string, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    await this.#store.change((draft) => {
      const subnet = draft.get("Subnet", pool);
      if (subnet === undefined || subnet.network !== null || !isOf(host, subnet)) return;
      deleteSubnet(draft, subnet._uuid);
    });
  }

  async requestAddress(
    host: string,
    pool: string,
    request: AddressRequest,
    context: Context,
  ): Promise<AddressGrant> {
    mayActFor(context.caller, host);
    const uuid = randomUUID();
    const ip = request.ip === undefined ? undefined : canonicalIp(request.ip);
    return this.#store.change((draft) => {
      const subnet = draft.get("Subnet", pool);
      if (subnet === undefined || (subnet.network === null && !isOf(host, subnet)))
        throw new FairwayError(
          "not_found",
          `pool ${pool} is not known: it was released, or no network took it in time`,
        );
      const granted = draft.get("Address", uuid) ?? this.#grant(draft, uuid, subnet, ip, request.purpose);
      return { address: withPrefix(granted.ip, parseCidr(subnet.cidr)) };
    });
  }

  async releaseAddress(host: string, pool: string, ip: string, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    await this.#store.change((draft) => {
      const subnet = draft.get("Subnet", pool);
      if (subnet === undefined || (subnet.network === null && !isOf(host, subnet))) return;
      const [address] = draft.find("Address", "bySubnetIp", `${pool}|${canonicalIp(ip)}`);
      // What a network or an endpoint holds ends with its holder, not with an engine's word.
      const held = address?.endpoint !== null || (subnet.network !== null && address.purpose !== "endpoint");
      if (address !== undefined && !held) draft.delete("Address", address._uuid);
    });
  }

  /** A pool of a network that exists: `--ipam-opt network=NAME` (design §4). */
  #join(reference: string, cidr: string | undefined, request: PoolRequest): Pool {
    const network = networkOf(this.#store.view, reference);
    const candidates = subnetsOf(this.#store.view, network._uuid).filter(
      (row) => parseCidr(row.cidr).family === request.family && (cidr === undefined || cidr === row.cidr),
    );
    const [subnet] = candidates;
    if (subnet !== undefined) return poolView(subnet);
    const has = subnetsOf(this.#store.view, network._uuid).map((row) => row.cidr);
    throw new FairwayError(
      "invalid",
      `network ${network.name} has no subnet ${cidr ?? `of IPv${request.family}`}; it has ${has.join(", ") || "none"}`,
    );
  }

  /** Docker 20.10 asks for its address space once: there two unbound pools of one CIDR could not be told apart. */
  async #waitForTwin(space: string, cidr: string | undefined, signal: AbortSignal): Promise<void> {
    if (cidr === undefined) return;
    const twin = () => this.#store.view.find("Subnet", "bySpace", space).some((row) => row.cidr === cidr);
    const bound = AbortSignal.any([signal, AbortSignal.timeout(SAME_POOL_WAIT_MS)]);
    if (await waitUntil(this.#store.replica, () => !twin(), bound)) return;
    throw new FairwayError(
      "conflict",
      `another network with subnet ${cidr} is being created on this engine; wait for it, or choose another subnet`,
    );
  }

  #grant(
    draft: Draft,
    uuid: string,
    subnet: IntentRow<"Subnet">,
    ip: string | undefined,
    purpose: AddressRequest["purpose"] = "unspecified",
  ): IntentRow<"Address"> {
    const bound = subnet.network !== null;
    if (purpose === "gateway") {
      const gateway = draft
        .find("Address", "bySubnet", subnet._uuid)
        .find((row) => row.purpose === "gateway");
      if (gateway !== undefined && (ip === undefined || ip === gateway.ip)) return gateway;
      if (gateway !== undefined && bound)
        throw new FairwayError(
          "conflict",
          `the gateway of subnet ${subnet.cidr} is ${gateway.ip}, not ${ip ?? "another"}`,
        );
    }
    const chosen = ip ?? this.#choose(draft, subnet, purpose);
    if (ip !== undefined) this.#takeChosen(draft, subnet, ip, purpose);
    return draft.insert("Address", uuid, {
      subnet: subnet._uuid,
      ip: chosen,
      purpose: purpose === "gateway" ? "gateway" : !bound && ip !== undefined ? "auxiliary" : "endpoint",
      endpoint: null,
      expires: bound ? this.#now() + UNBOUND_MS : null,
    });
  }

  #choose(
    draft: Draft,
    subnet: IntentRow<"Subnet">,
    purpose: AddressRequest["purpose"] = "unspecified",
  ): string {
    const first = purpose === "gateway" ? firstUsable(subnet.cidr) : undefined;
    if (first !== undefined && this.#addresses.take(draft, subnet, first)) return first;
    const next = this.#addresses.next(draft, subnet);
    if (next !== undefined) return next;
    const used = draft.find("Address", "bySubnet", subnet._uuid).length;
    const owner =
      subnet.network === null ? "" : ` of network ${referred(draft.get("Network", subnet.network)).name}`;
    const range = subnet.ranges.length === 0 ? "" : ` (range ${subnet.ranges.join(", ")})`;
    throw new FairwayError(
      "exhausted",
      `subnet ${subnet.cidr}${range}${owner} has no free address: ${used} are in use`,
    );
  }

  #takeChosen(
    draft: Draft,
    subnet: IntentRow<"Subnet">,
    ip: string,
    purpose: AddressRequest["purpose"] = "unspecified",
  ): void {
    if (!isUsable(subnet.cidr, ip))
      throw new FairwayError(
        "invalid",
        `address ${ip} is not one that a host can have in subnet ${subnet.cidr}`,
      );
    if (this.#addresses.take(draft, subnet, ip)) return;
    const [address] = draft.find("Address", "bySubnetIp", `${subnet._uuid}|${ip}`);
    const what = purpose === "gateway" ? "gateway address" : "address";
    throw new FairwayError("conflict", `${what} ${ip} is already in use by ${holderOf(draft, address)}`);
  }

  /** The first subnet of the configured pools that overlaps nothing that is known. */
  #freeSubnet(view: View, family: 4 | 6): string {
    const used = Array.from(view.rows("Subnet"), (row) => parseCidr(row.cidr));
    const pools = this.#automatic.filter((pool) => parseCidr(pool.cidr).family === family);
    for (const pool of pools) {
      const whole = parseCidr(pool.cidr);
      const step = 1n << BigInt((family === 4 ? 32 : 128) - pool.size);
      for (let first = whole.first; first <= whole.last; ) {
        const candidate = { family, prefix: pool.size, first, last: first + step - 1n };
        const inTheWay = used.find((cidr) => overlaps(cidr, candidate));
        if (inTheWay === undefined) return formatCidr(candidate);
        const behind = inTheWay.last + 1n;
        first =
          behind > first + step
            ? whole.first + ((behind - whole.first + step - 1n) / step) * step
            : first + step;
      }
    }
    if (pools.length === 0)
      throw new FairwayError(
        "unsupported",
        `no pool for automatic IPv${family} subnets is configured; give --subnet`,
      );
    const names = pools.map((pool) => pool.cidr).join(", ");
    throw new FairwayError(
      "exhausted",
      `the pools for automatic IPv${family} subnets (${names}) are used up; give --subnet`,
    );
  }
}

/** A host's own space: no host can bind another's pools. */
export function spaceOf(host: string, space: string): string {
  return `${host}/${space}`;
}

export function deleteSubnet(draft: Draft, uuid: string): void {
  for (const address of draft.find("Address", "bySubnet", uuid)) draft.delete("Address", address._uuid);
  draft.delete("Subnet", uuid);
}

/** Who has an address, in words for a person. */
export function holderOf(view: View, address: IntentRow<"Address"> | undefined): string {
  if (address === undefined) return "another request";
  if (address.purpose === "gateway") return "the gateway";
  if (address.purpose === "auxiliary") return "an auxiliary address (--aux-address)";
  if (address.endpoint === null) return "a container that is being started";
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", address.endpoint);
  return handle?.container_name ? `container ${handle.container_name}` : `endpoint ${address.endpoint}`;
}

function isOf(host: string, subnet: IntentRow<"Subnet">): boolean {
  return subnet.network !== null || subnet.space.startsWith(`${host}/`);
}

function firstUsable(cidr: string): string {
  const subnet = parseCidr(cidr);
  return formatIp(subnet.family, usable(subnet).first);
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

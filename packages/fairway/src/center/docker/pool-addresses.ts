import { randomUUID } from "node:crypto";
import { FairwayError } from "../../errors.ts";
import { poolOf, readPoolId } from "../../intent/docker-pools.ts";
import type { Draft } from "../../intent/draft.ts";
import { isOnWire } from "../../intent/egress.ts";
import { keyOf } from "../../intent/indexes.ts";
import { leaseWire } from "../../intent/leased-addresses.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp, formatIp, usable, withPrefix } from "../../ip.ts";
import { mayActFor } from "../access/access.ts";
import { checkMayJoin, hasNetwork } from "../access/network-access.ts";
import { type Addresses, isUsable } from "../addresses/addresses.ts";
import { freeAddress, reserveAddress } from "../addresses/bindings.ts";
import { holderOf, isReservedBy } from "../addresses/holder.ts";
import type { Context } from "../context.ts";
import { referred, registeredHost } from "../lookup.ts";
import type { AddressGrant, AddressRequest } from "../schemas/pool.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { guestNamed } from "../tenancy/sharing.ts";
import { subnetFor } from "./pools.ts";

type Subnet = IntentRow<"Subnet">;
type Host = IntentRow<"Host">;
type Purpose = NonNullable<AddressRequest["purpose"]>;

interface Chosen {
  readonly subnet: Subnet;
  readonly ip: string;
}

interface Wish {
  readonly uuid: string;
  readonly owner: Host;
  readonly subnet: Subnet;
  readonly ip: string | undefined;
  readonly purpose: Purpose | undefined;
  /** For which other organization than the network's: its UUID. */
  readonly organization: string | null;
}

/** How many addresses of a network a host may hold whose engine does not have it yet: `--aux-address` of one that it is about to join. */
const mostBeforeJoining = 16;

/** The addresses that engines ask for, and that endpoints bind later. */
export class PoolAddresses {
  readonly #store: Store;
  readonly #addresses: Addresses;

  constructor(store: Store, addresses: Addresses) {
    this.#store = store;
    this.#addresses = addresses;
  }

  async request(
    host: string,
    pool: string,
    request: AddressRequest,
    context: Context,
  ): Promise<AddressGrant> {
    mayActFor(context.caller, host);
    const uuid = randomUUID();
    const ip = request.ip === undefined ? undefined : canonicalIp(request.ip);
    return this.#store.change((draft) => {
      const owner = registeredHost(draft, host);
      const subnet = subnetFor(draft, host, pool);
      if (subnet === undefined)
        throw new FairwayError(
          "not_found",
          `pool ${pool} is not known: it was released, or no network took it in time`,
        );
      const network = subnet.network === null ? undefined : referred(draft.get("Network", subnet.network));
      if (network !== undefined) checkMayTake(draft, network, owner);
      const organization = network ? guestNamed(draft, network, readPoolId(pool).organization) : null;
      const wire = network && leasedWire(network, subnet, request);
      if (wire !== undefined && ip === undefined) return { address: subnet.cidr, lease: "ask", wire };
      const granted =
        draft.get("Address", uuid) ??
        this.#grant(draft, { uuid, owner, subnet, ip, purpose: request.purpose, organization });
      const of = referred(draft.get("Subnet", granted.subnet));
      const address = withPrefix(granted.ip, cidrOf(of));
      return wire === undefined
        ? { address, ...wireOf(draft, of, granted) }
        : { address, lease: "bind", wire };
    });
  }

  async release(host: string, pool: string, ip: string, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    await this.#store.change((draft) => {
      const subnet = subnetFor(draft, host, pool);
      const [owner] = draft.find("Host", "byName", host);
      if (subnet === undefined || owner === undefined) return;
      const bare = canonicalIp(ip);
      for (const { _uuid } of withSiblings(draft, subnet)) {
        const [address] = draft.find("Address", "bySubnetIp", keyOf(_uuid, bare));
        // What a network or an endpoint holds ends with its holder, not with an engine's word.
        const held =
          address?.endpoint !== null || (subnet.network !== null && address.purpose !== "endpoint");
        if (address !== undefined && !held && isReservedBy(address, owner._uuid))
          freeAddress(draft, address._uuid);
      }
    });
  }

  #grant(draft: Draft, wish: Wish): IntentRow<"Address"> {
    const { uuid, owner, subnet, ip, purpose = "unspecified", organization } = wish;
    const isWaiting = (poolOf(draft, subnet._uuid)?.foreign_network ?? null) === null;
    const beforeUse = subnet.network === null && isWaiting;
    const known = purpose === "gateway" ? gatewayOf(draft, subnet, ip) : undefined;
    if (known !== undefined) return known;
    if (ip !== undefined && purpose !== "gateway" && beforeUse) {
      // Only `--aux-address` asks for an address before there is a network, and an engine may ask twice.
      const [address] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
      if (address?.purpose === "auxiliary") return address;
    }
    const chosen = ip === undefined ? this.#choose(draft, subnet, purpose) : { subnet, ip };
    if (ip !== undefined) this.#take(draft, subnet, ip, purpose);
    const role = purpose === "gateway" ? "gateway" : beforeUse && ip !== undefined ? "auxiliary" : "endpoint";
    return reserveAddress(draft, uuid, {
      subnet: chosen.subnet._uuid,
      ip: chosen.ip,
      purpose: role,
      host: owner._uuid,
      organization: role === "endpoint" ? organization : null,
      // The other roles end with the pool, or are kept by the network that binds it.
      expires: subnet.network === null && role !== "endpoint" ? null : this.#addresses.reservedUntil,
    });
  }

  /** Where the subnet is full, one of the network's other subnets serves as well: Docker itself never tries them. */
  #choose(draft: Draft, subnet: Subnet, purpose: Purpose): Chosen {
    const first = purpose === "gateway" ? firstUsable(subnet) : undefined;
    if (first !== undefined && this.#addresses.take(draft, subnet, first)) return { subnet, ip: first };
    const candidates = purpose === "gateway" ? [subnet] : withSiblings(draft, subnet);
    for (const candidate of candidates) {
      const ip = this.#addresses.next(draft, candidate);
      if (ip !== undefined) return { subnet: candidate, ip };
    }
    throw full(draft, candidates);
  }

  #take(draft: Draft, subnet: Subnet, ip: string, purpose: Purpose): void {
    if (!isUsable(subnet, ip))
      throw new FairwayError(
        "invalid",
        `address ${ip} is not one that a host can have in subnet ${subnet.cidr}`,
      );
    if (this.#addresses.take(draft, subnet, ip)) return;
    const [address] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
    const what = purpose === "gateway" ? "gateway address" : "address";
    throw new FairwayError("conflict", `${what} ${ip} is already in use by ${holderOf(draft, address)}`);
  }
}

/** Where the LAN's DHCP server is to be asked for an address; undefined where it need not be. */
function leasedWire(
  network: IntentRow<"Network">,
  subnet: Subnet,
  { purpose = "unspecified", leased = false }: AddressRequest,
): AddressGrant["wire"] {
  const wire = purpose === "gateway" || leased ? undefined : leaseWire(network, subnet);
  return wire && { network: network._uuid, ...wire };
}

/** Where others may have the address of an endpoint; those of gateways are others', and meant. */
function wireOf(
  view: View,
  { network: uuid }: Subnet,
  { purpose }: IntentRow<"Address">,
): Pick<AddressGrant, "wire"> {
  const network = view.get("Network", uuid ?? "");
  const carrier = network?.physical_network ?? null;
  if (network === undefined || carrier === null || purpose !== "endpoint" || !isOnWire(network)) return {};
  return { wire: { network: network._uuid, physicalNetwork: carrier, vlan: network.segment } };
}

/** Throws `forbidden` where the network is none for the host, `exhausted` where the host takes addresses and does not join. */
function checkMayTake(view: View, network: IntentRow<"Network">, host: Host): void {
  if (hasNetwork(view, network._uuid, host)) return;
  checkMayJoin(view, network, host);
  const held = subnetsOf(view, network._uuid)
    .flatMap(({ _uuid }) => view.find("Address", "bySubnet", _uuid))
    .filter((address) => address.host === host._uuid);
  if (held.length < mostBeforeJoining) return;
  throw new FairwayError(
    "exhausted",
    `host ${host.name} holds ${held.length} addresses of network ${network.name}, which its engine does not have; ` +
      "more are given once it has joined",
  );
}

/** The gateway that the subnet has already. Throws `conflict` where another is wanted. */
function gatewayOf(
  draft: Draft,
  subnet: Subnet,
  wanted: string | undefined,
): IntentRow<"Address"> | undefined {
  const [gateway] = draft.find("Address", "gatewayOfSubnet", subnet._uuid);
  if (gateway === undefined || wanted === undefined || wanted === gateway.ip) return gateway;
  throw new FairwayError("conflict", `the gateway of subnet ${subnet.cidr} is ${gateway.ip}, not ${wanted}`);
}

/** The subnet, and behind it the others of its family on its network. */
function withSiblings(view: View, subnet: Subnet): readonly Subnet[] {
  if (subnet.network === null) return [subnet];
  const { family } = cidrOf(subnet);
  const others = subnetsOf(view, subnet.network).filter(
    (row) => row._uuid !== subnet._uuid && cidrOf(row).family === family,
  );
  return [subnet, ...others];
}

function full(view: View, subnets: readonly Subnet[]): FairwayError {
  const named = subnets.map(
    ({ cidr, ranges }) => `${cidr}${ranges.length === 0 ? "" : ` (range ${ranges.join(", ")})`}`,
  );
  const network = subnets[0]?.network ?? null;
  const owner = network === null ? "" : ` of network ${referred(view.get("Network", network)).name}`;
  const used = subnets.reduce((sum, { _uuid }) => sum + view.count("Address", "bySubnet", _uuid), 0);
  const subject =
    named.length === 1 ? `subnet ${named[0]}${owner} has` : `subnets ${named.join(", ")}${owner} have`;
  return new FairwayError("exhausted", `${subject} no free address: ${used} are in use`);
}

function firstUsable(subnet: Subnet): string {
  const cidr = cidrOf(subnet);
  return formatIp(cidr.family, usable(cidr).first);
}

import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { subnetWith } from "../subnets/network-subnets.ts";
import { checkQuotaOn } from "../tenancy/quotas.ts";
import { type Addresses, isUsable } from "./addresses.ts";
import { holderOf, isReservedBy } from "./holder.ts";

type Address = IntentRow<"Address">;
type Subnet = IntentRow<"Subnet">;
type Endpoint = IntentRow<"Endpoint">;

/** An address that nobody binds yet. The allocator has given it already. Throws `exhausted` where it is beyond an organization's quota. */
export function reserveAddress(
  draft: Draft,
  uuid: string,
  wanted: Pick<Address, "subnet" | "ip" | "purpose" | "host" | "expires"> &
    Partial<Pick<Address, "note" | "labels" | "since" | "organization">>,
): Address {
  const isGiven = ["endpoint", "reserved", "vip"].includes(wanted.purpose);
  const subnet = isGiven ? draft.get("Subnet", wanted.subnet) : undefined;
  const { organization = null } = wanted;
  if (subnet !== undefined) checkQuotaOn(draft, "addresses", "Subnet", subnet, organization);
  const plain = { note: "", labels: {}, since: null, organization };
  return draft.insert("Address", uuid, { ...plain, ...wanted, endpoint: null });
}

/** Changes for whom an address is reserved, and until when. */
export function changeReservation(
  draft: Draft,
  uuid: string,
  { note, labels, expires }: Pick<Address, "note" | "labels" | "expires">,
): void {
  draft.update("Address", uuid, { note, labels, expires });
}

/** An address that the network itself holds; usually it was asked for already. */
export function keepAddress(
  draft: Draft,
  subnet: string,
  ip: string,
  purpose: "gateway" | "auxiliary",
): void {
  const [known] = draft.find("Address", "bySubnetIp", keyOf(subnet, ip));
  if (known === undefined)
    reserveAddress(draft, derive("address", subnet, ip), { subnet, ip, purpose, host: null, expires: null });
  else draft.update("Address", known._uuid, { purpose, expires: null });
}

/** A virtual router answers by an address of a subnet that the allocator has given already. */
export function holdForRouter(draft: Draft, subnet: string, ip: string, router: string): void {
  reserveAddress(draft, derive("router-address", subnet, ip), {
    subnet,
    ip,
    purpose: "router",
    host: null,
    expires: null,
    note: router,
  });
}

/** Members of a VIP have an address of a subnet in turn that the allocator has given already. */
export function holdForVip(draft: Draft, subnet: string, ip: string): void {
  reserveAddress(draft, derive("vip-address", subnet, ip), {
    subnet,
    ip,
    purpose: "vip",
    host: null,
    expires: null,
    note: ip,
  });
}

/**
 * Gives an endpoint an address of its network: one that its host has reserved, or one that is free. Throws `invalid` where the network
 * has no such address, `conflict` where somebody else has it, `exhausted` where it is beyond an organization's quota.
 */
export function bindAddress(draft: Draft, addresses: Addresses, endpoint: Endpoint, ip: string): void {
  const subnet = subnetWith(draft, endpoint.network, ip);
  if (subnet === undefined || !isUsable(subnet, ip))
    throw new FairwayError(
      "invalid",
      `address ${ip} is not one that a container can have on network ${draft.get("Network", endpoint.network)?.name}`,
    );
  const [address] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
  const { _uuid, host } = endpoint;
  if (address !== undefined) {
    const isFree =
      address.endpoint === null && address.purpose === "endpoint" && isReservedBy(address, host ?? "");
    if (!isFree) {
      // What else is on a network is its owner's to know.
      const by = endpoint.organization === null ? ` by ${holderOf(draft, address)}` : "";
      throw new FairwayError("conflict", `address ${ip} is already in use${by}`);
    }
    checkSameGuest(address, endpoint);
    draft.update("Address", address._uuid, { endpoint: _uuid, host, expires: null });
    return;
  }
  // Given by another IPAM driver, or by ours so long ago that it expired.
  checkQuotaOn(draft, "addresses", "Subnet", subnet, endpoint.organization);
  if (!takeAddress(draft, addresses, endpoint, subnet, ip))
    throw new FairwayError("conflict", `address ${ip} is already in use by another request`);
}

/** Gives an endpoint an address that nobody has reserved, or gives it back, whatever the quota. @returns false where it is in use. */
export function takeAddress(
  draft: Draft,
  addresses: Addresses,
  endpoint: Endpoint,
  subnet: Subnet,
  ip: string,
): boolean {
  if (!addresses.take(draft, subnet, ip)) return false;
  hold(draft, endpoint, subnet, ip);
  return true;
}

/** Gives an endpoint an address beside its own. Throws `exhausted` where it is beyond an organization's quota. @returns false where it is in use. */
export function takeFurtherAddress(
  draft: Draft,
  addresses: Addresses,
  endpoint: Endpoint,
  subnet: Subnet,
  ip: string,
): boolean {
  if (!addresses.take(draft, subnet, ip)) return false;
  checkQuotaOn(draft, "addresses", "Subnet", subnet, endpoint.organization);
  hold(draft, endpoint, subnet, ip, "further");
  return true;
}

/** An endpoint's own addresses, and those that it has beside them. */
export function heldAddresses(view: View, endpoint: string): readonly Address[] {
  return [
    ...view.find("Address", "byEndpoint", endpoint),
    ...view.find("Address", "furtherOfEndpoint", endpoint),
  ];
}

/** An endpoint has an address that the allocator has given already. Throws `exhausted` where it is beyond an organization's quota. */
export function holdAddress(draft: Draft, endpoint: Endpoint, subnet: Subnet, ip: string): void {
  checkQuotaOn(draft, "addresses", "Subnet", subnet, endpoint.organization);
  hold(draft, endpoint, subnet, ip);
}

/** An engine's network says for whom it is, and so do its pools. Throws `invalid` where they differ. */
function checkSameGuest(address: Address, endpoint: Endpoint): void {
  if (address.organization === endpoint.organization) return;
  throw new FairwayError(
    "invalid",
    `the engine's network says another organization than its pools: give it as -o organization=… and as --ipam-opt organization=…, or as neither`,
  );
}

function hold(
  draft: Draft,
  { _uuid, host, organization }: Endpoint,
  subnet: Subnet,
  ip: string,
  purpose: "endpoint" | "further" = "endpoint",
): void {
  draft.insert("Address", derive("address", _uuid, ip), {
    subnet: subnet._uuid,
    organization,
    ip,
    purpose,
    endpoint: _uuid,
    host,
    expires: null,
    since: null,
    note: "",
    labels: {},
  });
}

/** @param host where the endpoint is that has the address; null: nowhere. */
export function moveAddress(draft: Draft, uuid: string, host: string | null): void {
  draft.update("Address", uuid, { host });
}

/**
 * An endpoint lets go of its addresses.
 * @param expires when its own ones of our IPAM that nobody releases are free again, ms; absent: at once.
 */
export function unbindAddresses(draft: Draft, endpoint: string, expires?: number): void {
  for (const { _uuid, subnet, purpose } of heldAddresses(draft, endpoint)) {
    const isManaged = draft.get("Subnet", subnet)?.managed === true && purpose !== "further";
    if (isManaged && expires !== undefined) draft.update("Address", _uuid, { endpoint: null, expires });
    else freeAddress(draft, _uuid);
  }
}

/** Somebody outside the cluster's networks has the address, for as long as its engine says so. */
export function confirmAddress(draft: Draft, uuid: string): void {
  draft.update("Address", uuid, { purpose: "endpoint", expires: null });
}

/** @param expires when the address is free again, ms. */
export function expireAddress(draft: Draft, uuid: string, expires: number): void {
  draft.update("Address", uuid, { expires });
}

/** The address is anybody's again, after its rest. */
export function freeAddress(draft: Draft, uuid: string): void {
  draft.delete("Address", uuid);
}

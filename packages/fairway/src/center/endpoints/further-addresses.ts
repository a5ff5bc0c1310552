import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { furtherIps, furtherOf, furtherOption } from "../../intent/further-addresses.ts";
import { keyOf } from "../../intent/indexes.ts";
import { soundCidr } from "../../intent/parsed-rows.ts";
import { attachedNetworks, interfaceOf } from "../../intent/routers.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { type Cidr, formatCidr, formatIp, overlaps } from "../../ip.ts";
import { type Addresses, isUsable } from "../addresses/addresses.ts";
import { freeAddress, takeFurtherAddress } from "../addresses/bindings.ts";
import { holderOf } from "../addresses/holder.ts";
import { referred } from "../lookup.ts";
import { reservedIn } from "../subnets/reserved-subnets.ts";

type Endpoint = IntentRow<"Endpoint">;
type Subnet = IntentRow<"Subnet">;

/**
 * Gives an endpoint what its option names beside its own addresses: those of its network's subnets are its from now on, and nobody else gets them. Throws `conflict`
 * where somebody has one, `invalid` where nobody may, `exhausted` where they are beyond an organization's quota.
 */
export function takeFurther(draft: Draft, allocator: Addresses, endpoint: Endpoint): void {
  const held = furtherIps(draft, endpoint._uuid);
  for (const cidr of furtherOf(endpoint)) {
    const subnet = subnetAround(draft, endpoint.network, cidr);
    if (subnet === undefined) {
      checkOutside(draft, endpoint, cidr);
      continue;
    }
    const ip = addressIn(subnet, cidr);
    if (held.includes(ip) || takeFurtherAddress(draft, allocator, endpoint, subnet, ip)) continue;
    const [holder] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
    throw refusal(
      "conflict",
      holder?.endpoint === endpoint._uuid
        ? `${ip}, which is the endpoint's own anyway`
        : `${ip}, which is already in use by ${holderOf(draft, holder)}`,
    );
  }
}

/** An endpoint lets go of the addresses that its option names no more. */
export function releaseFurther(draft: Draft, endpoint: Endpoint): void {
  const named = furtherOf(endpoint).filter(isSingle).map(ipOfSingle);
  for (const { _uuid, ip } of draft.find("Address", "furtherOfEndpoint", endpoint._uuid))
    if (!named.includes(ip)) freeAddress(draft, _uuid);
}

/** The subnet of a network with which something overlaps. */
function subnetAround(view: View, network: string, cidr: Cidr): Subnet | undefined {
  return view.find("Subnet", "byNetwork", network).find((row) => {
    const subnet = soundCidr(row);
    return subnet !== undefined && overlaps(subnet, cidr);
  });
}

/** Throws `invalid` for what is no address that a container can have there: whoever had a part of a subnet could speak for all in it. */
function addressIn(subnet: Subnet, cidr: Cidr): string {
  if (!isSingle(cidr))
    throw refusal(
      "invalid",
      `${formatCidr(cidr)}, which overlaps the network's own subnet ${subnet.cidr}: name addresses of that one by one`,
    );
  const ip = ipOfSingle(cidr);
  if (isUsable(subnet, ip)) return ip;
  throw refusal("invalid", `${ip}, which is not one that a container can have in ${subnet.cidr}`);
}

/**
 * Of what lies outside of a network's subnets throws `invalid` where nobody may have it, the routers' link-local addresses among it, and `conflict` where it is another
 * endpoint's of the network, or of a network to which its router leads.
 */
function checkOutside(view: View, { _uuid, network }: Endpoint, cidr: Cidr): void {
  const reserved = reservedIn(cidr);
  if (reserved !== undefined) throw refusal("invalid", `${formatCidr(cidr)}, which overlaps ${reserved}`);
  for (const other of view.find("Endpoint", "byNetworkWithFurther", network)) {
    const theirs = other._uuid === _uuid ? undefined : furtherOf(other).find((each) => overlaps(each, cidr));
    if (theirs === undefined) continue;
    const [handle] = view.find("Docker_Endpoint", "byEndpoint", other._uuid);
    const name = other.name ?? handle?.container_name ?? other._uuid;
    throw refusal(
      "conflict",
      `${formatCidr(cidr)}, which overlaps ${formatCidr(theirs)} of ${name} on this network`,
    );
  }
  const router = interfaceOf(view, network)?.router;
  for (const { _uuid: attached, name } of router === undefined ? [] : attachedNetworks(view, router)) {
    const subnet = subnetAround(view, attached, cidr);
    if (subnet !== undefined)
      throw refusal(
        "conflict",
        `${formatCidr(cidr)}, which overlaps ${subnet.cidr} of network ${name} on router ${referred(view.get("Router", router ?? "")).name}`,
      );
  }
}

function isSingle({ first, last }: Cidr): boolean {
  return first === last;
}

function ipOfSingle({ family, first }: Cidr): string {
  return formatIp(family, first);
}

function refusal(code: "conflict" | "invalid", what: string): FairwayError {
  return new FairwayError(code, `option ${furtherOption} names ${what}`);
}

import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import type { IntentRow } from "../../intent/view.ts";
import { formatCidr, parseCidr } from "../../ip.ts";
import { freeAddress, keepAddress } from "../addresses/bindings.ts";
import { subnetsOf } from "./network-subnets.ts";
import { type SubnetOptions, subnetColumns } from "./subnet-options.ts";
import type { SubnetSpec } from "./subnet-spec.ts";

type Subnet = IntentRow<"Subnet">;

/**
 * Makes a subnet of a network, or one that is there equal to what it is to be: the pool that it was before may have been bound, or
 * claimed. With the subnet go the addresses that the network holds itself. Throws `invalid` where the network has that subnet.
 * @param network null: no network has it yet.
 */
export function putSubnet(draft: Draft, uuid: string, network: string | null, spec: SubnetSpec): Subnet {
  const { gateway, ranges, hostRoutes, dns, options, managed, auxiliaries } = spec;
  const columns = {
    network,
    cidr: formatCidr(parseCidr(spec.cidr)),
    gateway,
    ranges: [...new Set(ranges)],
    host_routes: [...new Set(hostRoutes)],
    dns: [...new Set(dns)],
    options,
    managed,
  };
  checkOnlyOne(draft, uuid, columns);
  const known = draft.get("Subnet", uuid);
  if (known === undefined) draft.insert("Subnet", uuid, columns);
  else draft.update("Subnet", uuid, columns);
  if (gateway !== null) keepAddress(draft, uuid, gateway, "gateway");
  for (const auxiliary of auxiliaries) keepAddress(draft, uuid, auxiliary, "auxiliary");
  return { ...columns, _uuid: uuid };
}

/** Gives a network's subnets what its options say of them. Throws `invalid` where the options do not fit them. */
export function fitSubnets(draft: Draft, network: string, options: SubnetOptions): void {
  const subnets = subnetsOf(draft, network);
  const columns = subnetColumns(options, subnets);
  for (const [at, subnet] of subnets.entries())
    draft.update("Subnet", subnet._uuid, {
      ...columns[at],
      options: { ...subnet.options, ...options.kept },
    });
}

/** What another IPAM driver hands out from here is where ours takes from, too: from the far end. */
export function limitForeign(draft: Draft, network: string, cidr: string, range: string): void {
  const subnet = subnetsOf(draft, network).find((row) => row.cidr === cidr);
  if (subnet === undefined || subnet.managed || subnet.ranges.length > 0) return;
  draft.update("Subnet", subnet._uuid, { ranges: [range] });
}

/** Deletes a subnet, its addresses, and the pools by which engines know it. */
export function deleteSubnet(draft: Draft, uuid: string): void {
  for (const address of draft.find("Address", "bySubnet", uuid)) freeAddress(draft, address._uuid);
  for (const pool of draft.find("Docker_Pool", "bySubnet", uuid)) draft.delete("Docker_Pool", pool._uuid);
  draft.delete("Subnet", uuid);
}

/** No index can say it: pools that no network has yet may have one CIDR. */
function checkOnlyOne(draft: Draft, uuid: string, { network, cidr }: Pick<Subnet, "network" | "cidr">): void {
  if (network === null) return;
  const others = draft.find("Subnet", "byNetwork", network).filter((row) => row._uuid !== uuid);
  if (others.every((row) => row.cidr !== cidr)) return;
  throw new FairwayError("invalid", `the network has subnet ${cidr} already`);
}

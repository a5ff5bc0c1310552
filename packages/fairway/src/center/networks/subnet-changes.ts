import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import type { IntentRow } from "../../intent/view.ts";
import { canonicalIp, familyOf, formatCidr, parseCidr } from "../../ip.ts";
import { freeAddress } from "../addresses/bindings.ts";
import { holderOf } from "../addresses/holder.ts";
import { redirectPools } from "../docker/removed-subnet.ts";
import { fitInterface } from "../routers/attachments.ts";
import { checkExternalAddresses } from "../routers/gateways.ts";
import type { AskedSubnet } from "../schemas/network-request.ts";
import { checkTogether, completed, type FieldNamer, type NamedSubnet } from "../subnets/asked-subnet.ts";
import type { AutomaticSubnets } from "../subnets/automatic-subnets.ts";
import { checkTunnelsApart, type KeptSubnets } from "../subnets/kept-subnets.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { subnetSpecOf } from "../subnets/specs-of-rows.ts";
import type { SubnetSpec } from "../subnets/subnet-spec.ts";
import { deleteSubnet, putSubnet } from "../subnets/subnets.ts";

type Network = IntentRow<"Network">;
type Subnet = IntentRow<"Subnet">;

/** What a change of subnets needs beside the wish. */
export interface SubnetMakers {
  readonly automatic: AutomaticSubnets;
  /** What no network may have. */
  readonly kept: KeptSubnets;
  /** The UUID of the new subnet at this place of the list; the same whenever it is asked. */
  readonly uuid: (at: number) => string;
  /** How the request calls the fields of the subnet at this place of the list. */
  readonly field: (at: number) => FieldNamer;
  /** Whether a network that no engine made may be left without a subnet. */
  readonly mayLeaveNone?: boolean;
}

/**
 * Gives a network the subnets of a list: those that it has and that the list lacks go, what is new comes. Without a CIDR an item is a subnet of its
 * family that no other item names, or else a free one. Throws `invalid` naming the field, `in_use` where a subnet that is to go has
 * containers.
 */
export function putSubnets(
  draft: Draft,
  network: Network,
  asked: readonly AskedSubnet[],
  { automatic, kept: reserved, uuid, field, mayLeaveNone = false }: SubnetMakers,
): void {
  const current = subnetsOf(draft, network._uuid);
  const mayBeNone = mayLeaveNone && network.origin === "api";
  if (asked.length === 0 && current.length > 0 && !mayBeNone)
    throw new FairwayError(
      "conflict",
      `network ${network.name} needs a subnet: add another one before its last one goes, or remove the network`,
    );
  const named = nameAll(draft, current, asked, automatic);
  const specs = named.map(({ known, ...each }, at) => {
    const spec = known === undefined ? undefined : subnetSpecOf(draft, known);
    return { known, spec: completed(each, spec, field(at)) };
  });
  checkTogether(
    specs.map(({ spec }) => spec),
    field,
  );
  const added = specs.flatMap(({ known, spec }) => (known === undefined ? spec.cidr : []));
  reserved.check(added);
  checkTunnelsApart(draft, network, added);
  const kept = new Set(specs.map(({ known }) => known?._uuid));
  const removed = current.filter(({ _uuid }) => !kept.has(_uuid));
  for (const subnet of removed) checkUnused(draft, subnet);
  for (const [at, { known, spec }] of specs.entries()) {
    if (known !== undefined) keepOnly(draft, known, spec, field(at)("auxiliaries"));
    putSubnet(draft, known?._uuid ?? uuid(at), network._uuid, spec);
  }
  const left = subnetsOf(draft, network._uuid).filter(
    (row) => !removed.some(({ _uuid }) => _uuid === row._uuid),
  );
  for (const subnet of removed) {
    redirectPools(draft, subnet, left);
    deleteSubnet(draft, subnet._uuid);
  }
  fitInterface(draft, network);
  checkExternalAddresses(draft, network);
}

/** Says of each item which subnet it is. */
function nameAll(
  draft: Draft,
  current: readonly Subnet[],
  asked: readonly AskedSubnet[],
  automatic: AutomaticSubnets,
): readonly (NamedSubnet & { readonly known: Subnet | undefined })[] {
  const canonical = asked.map(({ cidr }) => (cidr === undefined ? undefined : formatCidr(parseCidr(cidr))));
  const free = current.filter(({ cidr }) => !canonical.includes(cidr));
  const chosen: string[] = [];
  return asked.map((item, at) => {
    const cidr = canonical[at];
    if (cidr !== undefined) return { ...item, cidr, known: current.find((row) => row.cidr === cidr) };
    const { family = 4 } = item;
    const place = free.findIndex((row) => cidrOf(row).family === family);
    const [known] = place === -1 ? [] : free.splice(place, 1);
    const avoid = [...chosen, ...canonical.filter((each) => each !== undefined && familyOf(each) === family)];
    const own = known?.cidr ?? automatic.choose(draft, family, avoid as string[]);
    chosen.push(own);
    return { ...item, cidr: own, known };
  });
}

/** Frees the addresses that nobody got automatically and that are not among them any more, and takes no container's. */
function keepOnly(draft: Draft, subnet: Subnet, { auxiliaries }: SubnetSpec, field: string): void {
  for (const { _uuid, ip } of draft.find("Address", "auxiliaryOfSubnet", subnet._uuid))
    if (!auxiliaries.includes(canonicalIp(ip))) freeAddress(draft, _uuid);
  for (const ip of auxiliaries) {
    const [held] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
    if (held === undefined || held.purpose === "auxiliary") continue;
    const detail = `${field} must not have ${ip}: it is in use by ${holderOf(draft, held)}`;
    throw new FairwayError("conflict", detail, { fields: [{ field, detail }] });
  }
}

function checkUnused(draft: Draft, subnet: Subnet): void {
  const held = draft
    .find("Address", "bySubnet", subnet._uuid)
    .filter(({ purpose }) => ["endpoint", "further", "vip"].includes(purpose));
  const [first] = held;
  if (first === undefined) return;
  const others = held.length === 1 ? "" : ` and ${held.length - 1} more`;
  throw new FairwayError(
    "in_use",
    `subnet ${subnet.cidr} is still in use: ${first.ip} by ${holderOf(draft, first)}${others}; it can go when no container has an address of it`,
  );
}

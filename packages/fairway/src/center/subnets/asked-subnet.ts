import { check, fieldOf } from "../../check.ts";
import { FairwayError } from "../../errors.ts";
import { routesOf } from "../../intent/parsed-rows.ts";
import {
  type Cidr,
  canonicalIp,
  contains,
  containsCidr,
  formatCidr,
  formatIp,
  parseCidr,
  parseIp,
  usable,
} from "../../ip.ts";
import type { AskedSubnet } from "../schemas/network-request.ts";
import { checkSubnets } from "./check-subnets.ts";
import { checkRoutes } from "./subnet-options.ts";
import { type SubnetSpec, subnetSpec } from "./subnet-spec.ts";

/** A subnet as a person asks for it, whose CIDR is known by now. */
export type NamedSubnet = AskedSubnet & { readonly cidr: string };

/** Makes the name of one of a subnet's fields, as the request has it: `subnets[0].gateway`. */
export type FieldNamer = (field: keyof SubnetSpec) => string;

/**
 * What a subnet is to be, with what was not said of it. Throws `invalid` naming the field.
 * @param known the subnet as it is; undefined where it is new.
 */
export function completed(asked: NamedSubnet, known: SubnetSpec | undefined, name: FieldNamer): SubnetSpec {
  const { family, ...said } = asked;
  const cidr = parseCidr(asked.cidr);
  if (family !== undefined && family !== cidr.family)
    throw refusal(name("cidr"), `is no subnet of IPv${family}, as the request says`, asked.cidr);
  const auxiliaries = [...new Set((said.auxiliaries ?? []).map(canonicalIp))].sort();
  const gateway = gatewayOf(said.gateway, known, cidr, auxiliaries, name);
  for (const ip of auxiliaries) checkHostAddress(name("auxiliaries"), ip, cidr);
  if (gateway !== null && auxiliaries.includes(gateway))
    throw refusal(name("auxiliaries"), "must not have the gateway's address", gateway);
  const ranges = (said.ranges ?? []).map((range) => formatCidr(parseCidr(range)));
  const outside = ranges.find((range) => !containsCidr(cidr, parseCidr(range)));
  if (outside !== undefined)
    throw refusal(name("ranges"), `must lie inside subnet ${formatCidr(cidr)}`, outside);
  return sound({
    ...said,
    cidr: formatCidr(cidr),
    gateway,
    ranges: [...new Set(ranges)].sort(),
    hostRoutes: [...new Set((said.hostRoutes ?? []).map(canonicalRoute))].sort(),
    dns: [...new Set((said.dns ?? []).map(canonicalIp))].sort(),
    auxiliaries,
    managed: known?.managed ?? true,
  });
}

/** What a change adds to what is there may be too much together. */
function sound(fields: object): SubnetSpec {
  const checked = check(subnetSpec, fields);
  if (checked.ok) return checked.value;
  const faults = checked.faults.map((fault) => ({ field: fieldOf(fault), detail: fault.message }));
  throw new FairwayError("invalid", faults.map(({ detail }) => detail).join("; "), { fields: faults });
}

/** Throws `invalid` where a network cannot have these subnets together. */
export function checkTogether(subnets: readonly SubnetSpec[], name: (at: number) => FieldNamer): void {
  checkSubnets(subnets);
  const cidrs = subnets.map(({ cidr }) => parseCidr(cidr));
  for (const [at, { hostRoutes }] of subnets.entries()) {
    const routes = routesOf({ host_routes: hostRoutes });
    checkRoutes(routes, cidrs, ({ destination }, right) =>
      refusal(name(at)("hostRoutes"), `takes ${right}`, destination),
    );
  }
}

function gatewayOf(
  asked: string | null | undefined,
  known: SubnetSpec | undefined,
  cidr: Cidr,
  auxiliaries: readonly string[],
  name: FieldNamer,
): string | null {
  if (asked === undefined) return known === undefined ? firstFree(cidr, auxiliaries) : known.gateway;
  const gateway = asked === null ? null : canonicalIp(asked);
  if (known !== undefined && gateway !== known.gateway)
    throw refusal(
      name("gateway"),
      `of subnet ${known.cidr} cannot change: it is ${known.gateway ?? "none"}, and its containers have it`,
      gateway,
    );
  // A gateway elsewhere is for subnets of one or two addresses.
  if (gateway !== null && contains(cidr, parseIp(gateway))) checkHostAddress(name("gateway"), gateway, cidr);
  return gateway;
}

function firstFree(cidr: Cidr, taken: readonly string[]): string | null {
  const { first, last } = usable(cidr);
  for (let value = first; value <= last; value++) {
    const ip = formatIp(cidr.family, value);
    if (!taken.includes(ip)) return ip;
  }
  return null;
}

function checkHostAddress(field: string, ip: string, cidr: Cidr): void {
  const { first, last } = usable(cidr);
  const address = parseIp(ip);
  if (contains(cidr, address) && address.value >= first && address.value <= last) return;
  throw refusal(field, `must be an address that a host can have in subnet ${formatCidr(cidr)}`, ip);
}

function canonicalRoute(route: string): string {
  const [destination = "", nextHop] = route.split(" ");
  const canonical = formatCidr(parseCidr(destination));
  const isOnLink = nextHop === undefined || parseIp(nextHop).value === 0n;
  return isOnLink ? canonical : `${canonical} ${canonicalIp(nextHop)}`;
}

function refusal(field: string, what: string, value: string | null): FairwayError {
  const detail = `${field} ${what}; it is ${value ?? "none"}`;
  return new FairwayError("invalid", detail, { fields: [{ field, detail }] });
}

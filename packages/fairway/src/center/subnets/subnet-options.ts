import { FairwayError } from "../../errors.ts";
import { cidrOf, type HostRoute, rangesOf } from "../../intent/parsed-rows.ts";
import {
  type Cidr,
  canonicalIp,
  cidrsOf,
  contains,
  formatCidr,
  parseCidr,
  parseIp,
  usable,
} from "../../ip.ts";
import { readOptions } from "../option-text.ts";
import { invalidOption } from "../option-value.ts";
import { subnetOptionSpec, subnetPrefix } from "./subnet-spec.ts";

/** What `-o subnet:…` says. */
export interface SubnetOptions {
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly routes: readonly HostRoute[];
  /** Everything, by its name without the prefix: shown on the subnet. */
  readonly kept: Record<string, string>;
}

/** What those options make of one subnet's row. */
interface SubnetColumns {
  readonly ranges: string[];
  readonly host_routes: string[];
}

/**
 * Reads what a network's options say of its subnets.
 * @param options all of the network. Throws `invalid` naming the option and what would be right.
 */
export function readSubnetOptions(options: Readonly<Record<string, string>>): SubnetOptions {
  const { first, last, routes } = readOptions(subnetOptionSpec, options);
  const own = Object.entries(options).filter(([name]) => name.startsWith(subnetPrefix));
  return {
    first,
    last,
    routes: routes.map(([destination, nextHop]) => ({
      destination: formatCidr(parseCidr(destination)),
      nextHop: parseIp(nextHop).value === 0n ? null : canonicalIp(nextHop),
    })),
    kept: Object.fromEntries(own.map(([name, value]) => [name.slice(subnetPrefix.length), value])),
  };
}

/**
 * The rows' columns for each of a network's subnets: a range belongs to the subnet that it lies in, a route to the first of its family.
 * Throws `invalid` where the options do not fit the subnets.
 *
 * @param subnets their CIDRs and the ranges (`--ip-range`) that they have already.
 */
export function subnetColumns(
  options: SubnetOptions,
  subnets: readonly { readonly cidr: string; readonly ranges: readonly string[] }[],
): SubnetColumns[] {
  const cidrs = subnets.map(cidrOf);
  const limited = subnetOf("allocated_start", options.first, cidrs);
  const limitedByLast = subnetOf("allocated_end", options.last, cidrs);
  if (limited !== undefined && limitedByLast !== undefined && limited !== limitedByLast)
    throw invalidOption(
      "subnet:allocated_end",
      options.last ?? "",
      "an address of the same subnet as subnet:allocated_start",
    );
  checkRoutes(options.routes, cidrs);
  return subnets.map((subnet, at) => {
    const own = cidrs[at];
    const isLimited = own !== undefined && own === (limited ?? limitedByLast);
    const isFirst = cidrs.findIndex(({ family }) => family === own?.family) === at;
    const routes = options.routes.filter(
      ({ destination }) => isFirst && parseCidr(destination).family === own?.family,
    );
    return {
      ranges: isLimited ? rangesWithin(own, rangesOf(subnet), options) : [...subnet.ranges],
      host_routes: routes.map(formatRoute),
    };
  });
}

/** A route as its row keeps it. */
function formatRoute({ destination, nextHop }: HostRoute): string {
  return nextHop === null ? destination : `${destination} ${nextHop}`;
}

/** The span from first to last, as far as the ranges that there are already allow it. */
function rangesWithin(own: Cidr, ranges: readonly Cidr[], { first, last }: SubnetOptions): string[] {
  const whole = usable(own);
  const from = first === undefined ? whole.first : parseIp(first).value;
  const to = last === undefined ? whole.last : parseIp(last).value;
  const outer = ranges.length === 0 ? [whole] : ranges;
  const spans = outer
    .map((span) => ({ first: span.first > from ? span.first : from, last: span.last < to ? span.last : to }))
    .filter((span) => span.first <= span.last);
  if (spans.length === 0)
    throw new FairwayError(
      "invalid",
      `no address lies between subnet:allocated_start=${first ?? ""} and subnet:allocated_end=${last ?? ""} in ` +
        `${ranges.map(formatCidr).join(", ") || formatCidr(own)}; the start comes first, and both lie inside --ip-range`,
    );
  return spans.flatMap((span) => cidrsOf(own.family, span)).map(formatCidr);
}

function subnetOf(name: string, address: string | undefined, cidrs: readonly Cidr[]): Cidr | undefined {
  if (address === undefined) return undefined;
  const own = cidrs.find((each) => contains(each, parseIp(address)));
  if (own !== undefined) return own;
  throw invalidOption(
    `${subnetPrefix}${name}`,
    address,
    `an address of the network's subnet (${cidrs.map(formatCidr).join(", ") || "it has none"})`,
  );
}

const refusedOption = ({ destination }: HostRoute, right: string): FairwayError =>
  invalidOption("subnet:host_routes", `…${destination}…`, right);

/**
 * What the kernel would refuse when a container starts is refused here. Throws `invalid`.
 * @param cidrs the network's subnets. @param refusal makes the error; `right` stands behind "it takes".
 */
export function checkRoutes(
  routes: readonly HostRoute[],
  cidrs: readonly Cidr[],
  refusal: (route: HostRoute, right: string) => FairwayError = refusedOption,
): void {
  const seen = new Set(cidrs.map(formatCidr));
  for (const route of routes) {
    const { destination, nextHop } = route;
    const refuse = (right: string) => refusal(route, right);
    const { family, prefix } = parseCidr(destination);
    if (prefix === 0) throw refuse("routes that are not the default route; that one is --gateway");
    if (seen.has(destination)) throw refuse("each destination once, and not the network's own subnet");
    seen.add(destination);
    const ofFamily = cidrs.filter((each) => each.family === family);
    if (ofFamily.length === 0)
      throw refuse(`destinations of a family that the network has; it has no IPv${family}`);
    if (nextHop !== null && !ofFamily.some((each) => contains(each, parseIp(nextHop))))
      throw refuse(
        `next hops inside the network's subnet (${ofFamily.map(formatCidr).join(", ")}), not ${nextHop}`,
      );
  }
}

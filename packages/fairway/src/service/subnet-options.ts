import { z } from "zod";
import { FairwayError } from "../errors.ts";
import { type Cidr, canonicalIp, cidrsOf, contains, formatCidr, parseCidr, parseIp, usable } from "../ip.ts";
import { invalidOption, isYes, type KnownOption, unquoted, yesOrNo } from "./option-value.ts";
import { cidr, ipAddress } from "./schemas/common.ts";

/** Options of the subnet, among a network's. */
export const subnetPrefix = "subnet:";

const routesValue =
  'a list of routes, e.g. [["10.9.0.0/16","192.168.1.7"]]; 0.0.0.0 as next hop means: on this very link';

export const subnetOptions: readonly KnownOption[] = [
  { name: "subnet:allocated_start", value: "the first address that containers get automatically" },
  { name: "subnet:allocated_end", value: "the last address that containers get automatically" },
  { name: "subnet:host_routes", value: routesValue },
  { name: "subnet:disablegateway", value: yesOrNo },
];

/** A route in every container's table. */
export interface HostRoute {
  /** CIDR. */
  readonly destination: string;
  /** null: the destination is on the container's own link. */
  readonly nextHop: string | null;
}

/** What `-o subnet:…` says. */
export interface SubnetOptions {
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly routes: readonly HostRoute[];
  /** Everything, by its name without the prefix: shown on the subnet. */
  readonly kept: Record<string, string>;
}

/** What those options make of one subnet's row. */
interface SubnetCells {
  readonly ranges: string[];
  readonly host_routes: string[];
}

const routeList = z.array(z.tuple([cidr, ipAddress])).max(256);

/** @param options by their names without the prefix. Throws `invalid` naming the option and what would be right. */
export function readSubnetOptions(options: Readonly<Record<string, string>>): SubnetOptions {
  const { disablegateway } = options;
  if (disablegateway !== undefined && isYes(disablegateway) === undefined)
    throw invalidOption("subnet:disablegateway", disablegateway, yesOrNo);
  return {
    first: readAddress("allocated_start", options),
    last: readAddress("allocated_end", options),
    routes: readRoutes(options["host_routes"]),
    kept: { ...options },
  };
}

/**
 * The rows' cells for each of a network's subnets: a range belongs to the subnet that it lies in, a route to the first of its family.
 * Throws `invalid` where the options do not fit the subnets.
 *
 * @param subnets their CIDRs and the ranges (`--ip-range`) that they have already.
 */
export function subnetCells(
  options: SubnetOptions,
  subnets: readonly { readonly cidr: string; readonly ranges: readonly string[] }[],
): SubnetCells[] {
  const cidrs = subnets.map((subnet) => parseCidr(subnet.cidr));
  const limited = subnetOf("allocated_start", options.first, cidrs);
  const limitedByLast = subnetOf("allocated_end", options.last, cidrs);
  if (limited !== undefined && limitedByLast !== undefined && limited !== limitedByLast)
    throw invalidOption(
      "subnet:allocated_end",
      options.last ?? "",
      "an address of the same subnet as subnet:allocated_start",
    );
  checkRoutes(options.routes, cidrs);
  return subnets.map(({ ranges }, at) => {
    const own = cidrs[at];
    const isLimited = own !== undefined && own === (limited ?? limitedByLast);
    const isFirst = cidrs.findIndex(({ family }) => family === own?.family) === at;
    const routes = options.routes.filter(
      ({ destination }) => isFirst && parseCidr(destination).family === own?.family,
    );
    return {
      ranges: isLimited ? rangesWithin(own, ranges, options) : [...ranges],
      host_routes: routes.map(formatRoute),
    };
  });
}

/** A route as its row keeps it. */
function formatRoute({ destination, nextHop }: HostRoute): string {
  return nextHop === null ? destination : `${destination} ${nextHop}`;
}

export function parseRoute(text: string): HostRoute {
  const [destination = "", nextHop = null] = text.split(" ");
  return { destination, nextHop };
}

/** The span from first to last, as far as the ranges that there are already allow it. */
function rangesWithin(own: Cidr, ranges: readonly string[], { first, last }: SubnetOptions): string[] {
  const whole = usable(own);
  const from = first === undefined ? whole.first : parseIp(first).value;
  const to = last === undefined ? whole.last : parseIp(last).value;
  const outer = ranges.length === 0 ? [whole] : ranges.map(parseCidr);
  const spans = outer
    .map((span) => ({ first: span.first > from ? span.first : from, last: span.last < to ? span.last : to }))
    .filter((span) => span.first <= span.last);
  if (spans.length === 0)
    throw new FairwayError(
      "invalid",
      `no address lies between subnet:allocated_start=${first ?? ""} and subnet:allocated_end=${last ?? ""} in ` +
        `${ranges.join(", ") || formatCidr(own)}; the start comes first, and both lie inside --ip-range`,
    );
  return spans.flatMap((span) => cidrsOf(own.family, span)).map(formatCidr);
}

function readAddress(name: string, options: Readonly<Record<string, string>>): string | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  const address = unquoted(text);
  if (!ipAddress.safeParse(address).success)
    throw invalidOption(`${subnetPrefix}${name}`, text, "an address, e.g. 10.1.0.100");
  return canonicalIp(address);
}

function readRoutes(text: string | undefined): HostRoute[] {
  if (text === undefined) return [];
  const parsed = routeList.safeParse(parseList(unquoted(text)));
  if (!parsed.success) throw invalidOption("subnet:host_routes", text, routesValue);
  return parsed.data.map(([destination, nextHop]) => ({
    destination: formatCidr(parseCidr(destination)),
    nextHop: parseIp(nextHop).value === 0n ? null : canonicalIp(nextHop),
  }));
}

/** JSON, or what Python writes for the same; undefined where it is neither. */
function parseList(text: string): unknown {
  for (const json of [text, text.replaceAll("'", '"')]) {
    try {
      return JSON.parse(json);
    } catch {
      // The next notation, or none.
    }
  }
  return undefined;
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

/** What the kernel would refuse when a container starts is refused here. */
function checkRoutes(routes: readonly HostRoute[], cidrs: readonly Cidr[]): void {
  const seen = new Set(cidrs.map(formatCidr));
  for (const { destination, nextHop } of routes) {
    const refuse = (right: string) => invalidOption("subnet:host_routes", `…${destination}…`, right);
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

import { randomUUID } from "node:crypto";
import { z } from "zod";
import { cidr, ipAddress, text } from "../../center/schemas/common.ts";
import type { Network, Subnet } from "../../center/schemas/network.ts";
import { newSubnet, subnetPatch } from "../../center/schemas/network-request.ts";
import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import { type Cidr, cidrsOf, contains, formatIp, parseCidr, parseIp, usable } from "../../ip.ts";
import { type Kind, verb, type Work } from "./call.ts";
import { carriersOf, idOfNetwork, shown as networkShown, theNetwork } from "./logical-networks.ts";
import { keptOf, listOf, orNothing, read, routePairs, shownOf } from "./values.ts";

const subnetId = text(255, 1);

const changeable = {
  gateway: orNothing(ipAddress),
  allocated_start: orNothing(ipAddress),
  allocated_end: orNothing(ipAddress),
  host_routes: orNothing(routePairs),
  dns_nameservers: orNothing(listOf(ipAddress, 64, 'a list of addresses, e.g. ["192.0.2.53"]')),
};
const wanted = z.object({ logicalnetwork: text(255, 1), cidr, id: orNothing(subnetId), ...changeable });
const changed = z.object({ id: subnetId, cidr: orNothing(cidr), ...changeable });

/** What cannot change, and what is no parameter of a subnet by itself. */
const fixed = ["logicalnetwork", "isexternal", "router"] as const;

/** VLCP's subnets. Where an `id` is no UUID, the subnet's UUID follows from it, and its options keep it. */
export const subnets: Kind = {
  noun: "subnet",
  list: "subnets",
  filters: ["logicalnetwork", "id"],
  find: ({ logicalnetwork, id }, work) => {
    const carriers = carriersOf(work);
    const networks = networksOf(logicalnetwork, work);
    return networks.flatMap((network) => {
      const within = networkShown(network, carriers);
      return network.subnets
        .filter((subnet) => id === undefined || (typeof id === "string" && subnet.uuid === uuidOf(id)))
        .map((subnet) => shown(subnet, within));
    });
  },
  create: verb({
    schema: wanted,
    keepsUnknown: true,
    key: ({ id }) => id ?? "",
    run: async ({ logicalnetwork, id = randomUUID(), ...said }, given, { nouns, ...work }) => {
      if ("router" in given)
        throw new FairwayError(
          "invalid",
          "router of a subnet is set by the calls of virtual routers, not here",
        );
      const network = theNetwork(logicalnetwork, work);
      if (findSubnet(id, work) !== undefined)
        throw new FairwayError("conflict", `subnet ${id} is there already; choose another id`);
      const uuid = uuidOf(id);
      const kept = keptOf(wanted, given);
      const body = read(newSubnet, {
        id: uuid,
        network: network.uuid,
        cidr: said.cidr,
        // As in VLCP, nothing answers as the gateway where none is said.
        gateway: said.gateway ?? null,
        ranges: rangesOf(parseCidr(said.cidr), said, undefined),
        ...listsOf(said),
        options: { ...kept, ...(uuid !== id.toLowerCase() && { id }) },
      });
      await nouns.subnets.create(body, {}, work.context);
      return () => shownAgain(uuid, work);
    },
  }),
  update: verb({
    schema: changed,
    keepsUnknown: true,
    key: ({ id }) => id,
    run: async ({ id, ...said }, given, { nouns, ...work }) => {
      for (const name of fixed)
        if (name in given) throw new FairwayError("invalid", `${name} of a subnet cannot change`);
      const known = theSubnet(id, work);
      const hasSpan = said.allocated_start !== undefined || said.allocated_end !== undefined;
      const patch = read(subnetPatch, {
        ...(said.cidr !== undefined && { cidr: said.cidr }),
        ...(said.gateway !== undefined && { gateway: said.gateway }),
        ...(hasSpan && { ranges: rangesOf(parseCidr(known.cidr), said, spanOf(known)) }),
        ...listsOf(said),
        options: keptOf(changed, given, fixed),
      });
      await nouns.subnets.update(known.uuid, patch, {}, work.context);
      return () => shownAgain(known.uuid, work);
    },
  }),
  delete: verb({
    schema: z.strictObject({ id: subnetId }),
    keepsUnknown: false,
    key: ({ id }) => id,
    run: async ({ id }, _given, { nouns, ...work }) => {
      await nouns.subnets.remove(theSubnet(id, work).uuid, {}, work.context);
      return undefined;
    },
  }),
};

/** The subnet's UUID, by VLCP's id. */
function uuidOf(id: string): string {
  return z.uuid().safeParse(id).success ? id.toLowerCase() : derive("vlcp-subnet", id);
}

/** A subnet as VLCP shows it, within a network as VLCP shows that. */
export function shown(subnet: Network["subnets"][number], network: object): object {
  const { uuid, cidr, gateway, hostRoutes, dns } = subnet;
  const { id: kept, ...options } = subnet.options;
  const { first, last } = spanOf(subnet);
  return {
    ...shownOf(options),
    id: kept !== undefined && uuidOf(kept) === uuid ? kept : uuid,
    uuid,
    network,
    cidr,
    ...(gateway !== null && { gateway }),
    allocated_start: first,
    allocated_end: last,
    ...(hostRoutes.length > 0 && { host_routes: hostRoutes.map(routePair) }),
    ...(dns.length > 0 && { dns_nameservers: dns }),
  };
}

function shownAgain(uuid: string, work: Work): object {
  const { network, ...subnet } = work.center.subnets.show(uuid, work.context);
  return shown(subnet, networkShown(work.center.networks.show(network.uuid, work.context), carriersOf(work)));
}

/** The networks whose subnets or ports are listed. None where there is no network of that id. */
export function networksOf(id: unknown, work: Work): readonly Network[] {
  if (id === undefined) return work.center.networks.list({}, work.context);
  return work.center.networks
    .list({}, work.context)
    .filter((each) => idOfNetwork(each) === id || each.uuid === id);
}

function findSubnet(id: string, { center, context }: Work): Subnet | undefined {
  try {
    const subnet = center.subnets.show(uuidOf(id), context);
    return subnet.uuid === uuidOf(id) ? subnet : undefined;
  } catch (error) {
    if (error instanceof FairwayError && error.code === "not_found") return undefined;
    throw error;
  }
}

/** The subnet of an id. Throws `not_found`. */
export function theSubnet(id: string, work: Work): Subnet {
  const known = findSubnet(id, work);
  if (known !== undefined) return known;
  throw new FairwayError("not_found", `no subnet "${id}"; listsubnets lists them`);
}

interface Span {
  readonly first: string;
  readonly last: string;
}

/** From the first to the last address that is given automatically. */
function spanOf({ cidr, ranges }: Pick<Subnet, "cidr" | "ranges">): Span {
  const own = parseCidr(cidr);
  const spans = ranges.map((range) => parseCidr(range));
  const { first, last } = usable(own);
  const firsts = spans.map((span) => span.first);
  const lasts = spans.map((span) => span.last);
  return {
    first: formatIp(own.family, firsts.length === 0 ? first : least(firsts)),
    last: formatIp(own.family, lasts.length === 0 ? last : -least(lasts.map((value) => -value))),
  };
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((one, other) => (one < other ? one : other));
}

type Said = { readonly [Name in "allocated_start" | "allocated_end"]?: string | undefined };

/** The ranges of a subnet from its first to its last automatic address. @param known what is so already. */
function rangesOf(
  own: Cidr,
  { allocated_start: start, allocated_end: end }: Said,
  known: Span | undefined,
): string[] {
  if (start === undefined && end === undefined) return [];
  for (const [name, ip] of Object.entries({ allocated_start: start, allocated_end: end }))
    if (ip !== undefined && !contains(own, parseIp(ip)))
      throw new FairwayError("invalid", `${name} must be an address of the subnet; it is ${ip}`);
  const whole = usable(own);
  const first = start ?? known?.first ?? formatIp(own.family, whole.first);
  const last = end ?? known?.last ?? formatIp(own.family, whole.last);
  const span = { first: parseIp(first).value, last: parseIp(last).value };
  if (span.first > span.last)
    throw new FairwayError("invalid", `allocated_start ${first} must not lie behind allocated_end ${last}`);
  return cidrsOf(own.family, span).map(
    ({ first: from, prefix }) => `${formatIp(own.family, from)}/${prefix}`,
  );
}

/** Lists that both sides have, as Fairway writes them. */
function listsOf({ host_routes: routes, dns_nameservers: dns }: z.output<z.ZodObject<typeof changeable>>) {
  return {
    ...(routes !== undefined && { hostRoutes: routes.map((route) => route.join(" ")) }),
    ...(dns !== undefined && { dns }),
  };
}

/** What is on the link itself has 0.0.0.0 as its next hop there. */
function routePair(route: string): readonly [string, string] {
  const [destination = "", nextHop] = route.split(" ");
  return [destination, nextHop ?? (destination.includes(":") ? "::" : "0.0.0.0")];
}

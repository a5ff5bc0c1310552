import {
  type Cidr,
  contains,
  containsCidr,
  type Family,
  familyOf,
  formatCidr,
  parseCidr,
  parseIp,
} from "../../ip.ts";
import { type Publication, placeOf } from "./publication.ts";
import { refusedMark } from "./uplink-numbers.ts";

/**
 * Published ports that are not everybody's, by the host's address and their number (`limited`); the clients that may reach them, by subnet
 * (`from`); and those that containers behind NAT may reach (`inside`).
 */
export const restrictionSets = {
  limited4: "set limited4 { type ipv4_addr . inet_proto . inet_service; flags interval; }",
  limited6: "set limited6 { type ipv6_addr . inet_proto . inet_service; flags interval; }",
  from4: "set from4 { type ipv4_addr . inet_proto . inet_service . ipv4_addr; flags interval; }",
  from6: "set from6 { type ipv6_addr . inet_proto . inet_service . ipv6_addr; flags interval; }",
  inside4: "set inside4 { type ipv4_addr . inet_proto . inet_service; flags interval; }",
  inside6: "set inside6 { type ipv6_addr . inet_proto . inet_service; flags interval; }",
} as const;

/**
 * Who begins something with a published port that is not for him gets a mark. A container behind NAT is judged as its host's own address, under which
 * the world sees it: its own address it may choose.
 */
export const restrictChain = `
  chain restrict {
    ct original zone @masqueraded ip daddr . meta l4proto . th dport @inside4 return
    ct original zone @masqueraded ip6 daddr . meta l4proto . th dport @inside6 return
    ct original zone != @masqueraded ip daddr . meta l4proto . th dport . ip saddr @from4 return
    ct original zone != @masqueraded ip6 daddr . meta l4proto . th dport . ip6 saddr @from6 return
    ip daddr . meta l4proto . th dport @limited4 meta mark set meta mark | ${refusedMark}
    ip6 daddr . meta l4proto . th dport @limited6 meta mark set meta mark | ${refusedMark}
  }`;

/** Every address of a family, as an element of the sets says it. */
export const everyAddress = { 4: "0.0.0.0/0", 6: "::/0" } as const satisfies Record<Family, string>;

/** What of a host the sets need to know. */
export interface RestrictionPlaces {
  /** Of the host's own addresses, those that stand for them where containers' gateways are led here. */
  readonly standIns: ReadonlyMap<string, ReadonlySet<string>>;
  /** What the host calls itself to its containers. */
  readonly ownAddresses: ReadonlyMap<Family, string>;
}

/** The elements by which a published port is limited to those who may reach it; none where everybody may. */
export function restrictionOf(
  { protocol, hostAddress, hostPort, from }: Publication,
  { standIns, ownAddresses }: RestrictionPlaces,
): readonly (readonly [keyof typeof restrictionSets, string])[] {
  if (from === undefined) return [];
  const families: readonly Family[] = hostAddress === null ? [4, 6] : [familyOf(hostAddress)];
  return families.flatMap((family) => {
    const clients = outermost(from.map(parseCidr).filter((each) => each.family === family));
    if (clients.some(({ prefix }) => prefix === 0)) return [];
    const own = ownAddresses.get(family);
    const admitsOwn = own !== undefined && clients.some((each) => contains(each, parseIp(own)));
    const place = placeOf(hostAddress, family);
    const places = place === "any" ? [everyAddress[family]] : [place, ...(standIns.get(place) ?? [])];
    return places.flatMap((at) => {
      const port = `${at} . ${protocol} . ${hostPort}`;
      return [
        [`limited${family}`, port] as const,
        ...clients.map((each) => [`from${family}`, `${port} . ${formatCidr(each)}`] as const),
        ...(admitsOwn ? [[`inside${family}`, port] as const] : []),
      ];
    });
  });
}

/** Without those that lie in another one: elements of a set have nothing in common. */
function outermost(cidrs: readonly Cidr[]): readonly Cidr[] {
  return cidrs.filter(
    (one, at) =>
      !cidrs.some(
        (other, after) =>
          containsCidr(other, one) &&
          (other.prefix < one.prefix || (other.prefix === one.prefix && after < at)),
      ),
  );
}

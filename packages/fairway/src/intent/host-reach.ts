import { overlaps, parseCidr } from "../ip.ts";
import { gatewaySubnets, hasEgress } from "./egress.ts";
import { keyOf } from "./indexes.ts";
import { regionOf, regionsAround } from "./subnet-region.ts";
import type { IntentRow, View } from "./view.ts";

/** A subnet whose addresses another network has as well: a host could not tell which of them is meant. */
interface Overlap {
  readonly cidr: string;
  readonly network: IntentRow<"Network">;
}

export interface HostReach {
  /** By these addresses every host of the network reaches its containers on all hosts. */
  readonly cidrs: readonly string[];
  readonly overlaps: readonly Overlap[];
}

/** How hosts reach a network's containers on other hosts; undefined where the network leads to no host at all (design §7). */
export function hostReach(view: View, network: IntentRow<"Network">): HostReach | undefined {
  if (!hasEgress(view, network)) return undefined;
  const cidrs: string[] = [];
  const found: Overlap[] = [];
  for (const { cidr } of gatewaySubnets(view, network._uuid)) {
    const [other] = networksOverlapping(view, cidr).filter(
      (each) => each._uuid !== network._uuid && hasEgress(view, each),
    );
    if (other === undefined) cidrs.push(cidr);
    else found.push({ cidr, network: other });
  }
  return { cidrs, overlaps: found };
}

/** Networks that have a subnet with addresses of `cidr`, by name. */
export function networksOverlapping(view: View, cidr: string): readonly IntentRow<"Network">[] {
  const asked = parseCidr(cidr);
  const region = regionOf(cidr);
  const candidates = [
    ...[region, ...regionsAround(cidr)].flatMap((each) => view.find("Subnet", "byRegion", each)),
    ...view.find("Subnet", "withinRegion", region),
  ];
  const uuids = new Set(
    candidates.flatMap((subnet) =>
      subnet.network !== null && overlaps(asked, parseCidr(subnet.cidr)) ? subnet.network : [],
    ),
  );
  return [...uuids]
    .flatMap((uuid) => view.get("Network", uuid) ?? [])
    .sort((one, other) => one.name.localeCompare(other.name));
}

/**
 * The hosts that have a leg of their own to reach a network's containers on other hosts: those with a container on it, where it is
 * on more hosts than one, and those on which somebody has asked for it lately.
 */
export function hostsWithReach(view: View, network: string): readonly IntentRow<"Host">[] {
  const present = hostsOn(view, network);
  if (present.length === 0) return [];
  const known = new Set(present);
  const asked = hostsAsking(view, network).filter((host) => !known.has(host));
  return present.length > 1 ? [...present, ...asked] : asked;
}

/** Whether a host is one of those, without a look at all hosts. */
export function hasReach(view: View, network: string, host: string): boolean {
  const here = view.count("Endpoint", "byNetworkHost", keyOf(network, host));
  const everywhere = view.count("Endpoint", "byNetwork", network);
  if (here > 0) return everywhere > here;
  return everywhere > 0 && handlesOn(view, network, host).some((row) => row.asked_until !== null);
}

/** What a host's engine has of a network: usually one handle, which may have come as a mirror. */
export function handlesOn(view: View, network: string, host: string): readonly IntentRow<"Docker_Network">[] {
  return view.find("Docker_Network", "byNetworkHost", keyOf(network, host));
}

/** The hosts on which somebody has asked for a container of a network. */
export function hostsAsking(view: View, network: string): readonly IntentRow<"Host">[] {
  return view
    .find("Docker_Network", "askedOfNetwork", network)
    .flatMap(({ host }) => view.get("Host", host) ?? []);
}

/** The hosts that have a container on a network. */
export function hostsOn(view: View, network: string): readonly IntentRow<"Host">[] {
  return [...view.rows("Host")].filter(
    ({ _uuid }) => view.count("Endpoint", "byNetworkHost", keyOf(network, _uuid)) > 0,
  );
}

import { type Cidr, overlaps } from "../ip.ts";
import { gatewaySubnets, hasEgress } from "./egress.ts";
import { keyOf } from "./indexes.ts";
import { cidrOf, soundCidr } from "./parsed-rows.ts";
import { regionOf, regionsAround } from "./subnet-region.ts";
import { fact, has, hasAmong, type IntentRow, type View } from "./view.ts";

/** A subnet whose addresses another network has as well: a host could not tell which of them is meant. */
interface Overlap {
  readonly cidr: string;
  readonly network: IntentRow<"Network">;
}

export interface HostAccess {
  /** By these addresses every host of the network reaches its containers on all hosts. */
  readonly cidrs: readonly string[];
  readonly overlaps: readonly Overlap[];
}

/** The option of a network that says whether hosts reach its containers. */
export const hostAccessOption = "host-access";

/** Whether a network was made so that hosts do not reach its containers, although it leads to them. */
export function isHostAccessOff({ options }: Pick<IntentRow<"Network">, "options">): boolean {
  return options[hostAccessOption] === "false";
}

/** How hosts reach a network's containers on other hosts; undefined where the network leads to no host at all. */
export function hostAccess(view: View, network: IntentRow<"Network">): HostAccess | undefined {
  if (!leadsToHosts(view, network)) return undefined;
  const cidrs: string[] = [];
  const found: Overlap[] = [];
  for (const subnet of gatewaySubnets(view, network._uuid)) {
    const { cidr } = subnet;
    const [other] = networksOverlapping(view, cidrOf(subnet)).filter(
      (each) => each._uuid !== network._uuid && leadsToHosts(view, each),
    );
    if (other === undefined) cidrs.push(cidr);
    else found.push({ cidr, network: other });
  }
  return { cidrs, overlaps: found };
}

function leadsToHosts(view: View, network: IntentRow<"Network">): boolean {
  return !isHostAccessOff(network) && hasEgress(view, network);
}

/** Networks that have a subnet with addresses of the asked one, by name. */
export function networksOverlapping(view: View, asked: Cidr): readonly IntentRow<"Network">[] {
  const region = regionOf(asked);
  const candidates = [
    ...[region, ...regionsAround(asked)].flatMap((each) => view.find("Subnet", "byRegion", each)),
    ...view.find("Subnet", "withinRegion", region),
  ];
  const uuids = new Set(
    candidates.flatMap((subnet) => {
      const has = soundCidr(subnet);
      return subnet.network !== null && has !== undefined && overlaps(asked, has) ? subnet.network : [];
    }),
  );
  return [...uuids]
    .flatMap((uuid) => view.get("Network", uuid) ?? [])
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** By which addresses every host of a network reaches its containers on all hosts; none where the network leads to no host. */
export const accessCidrs = fact((view, network: string): readonly string[] => {
  const row = view.get("Network", network);
  return (row && hostAccess(view, row)?.cidrs) ?? [];
});

/**
 * The hosts that have an uplink of their own to reach a network's containers on other hosts: those with a container on it, where it is
 * on more hosts than one, and those on which somebody has asked for it lately.
 */
export function hostsWithAccess(view: View, network: string): readonly string[] {
  const present = hostsOn(view, network);
  if (present.length === 0) return [];
  const asking = view.find("Host_Access", "byNetwork", network).map(({ host }) => host);
  const hosts =
    present.length > 1 ? [...present, ...asking] : asking.filter((host) => !present.includes(host));
  return [...new Set(hosts)];
}

/** Whether a host is one of those, without a look at all hosts. */
export function hasHostAccess(view: View, network: string, host: string): boolean {
  if (isOn(view, network, host)) return spreadOf(view, network) === "several";
  return (
    spreadOf(view, network) !== "none" && has(view, "Host_Access", "byNetworkHost", keyOf(network, host))
  );
}

/** What a host's engine has of a network: usually one handle, which may have come as a mirror. */
export function handlesOn(view: View, network: string, host: string): readonly IntentRow<"Docker_Network">[] {
  return view.find("Docker_Network", "byNetworkHost", keyOf(network, host));
}

/** Whether a host has a container on a network. */
export function isOn(view: View, network: string, host: string): boolean {
  return has(view, "Endpoint", "byNetworkHost", keyOf(network, host));
}

/** Whether any host has a container on a network. */
export function isInUse(view: View, network: string): boolean {
  return spreadOf(view, network) !== "none";
}

/** The hosts that have a container on a network. */
export const hostsOn = fact((view, network: string): readonly string[] => {
  if (!has(view, "Endpoint", "byNetwork", network)) return [];
  return hasAmong(view, "Endpoint", "byNetworkHost", network, allHosts(view));
});

const allHosts = fact((view): readonly string[] => Array.from(view.rows("Host"), ({ _uuid }) => _uuid));

/** On how many hosts a network has containers: one more makes a difference to the other hosts only where it is the first or the second. */
const spreadOf = fact((view, network: string): "none" | "one" | "several" => {
  const { length } = hostsOn(view, network);
  return length === 0 ? "none" : length === 1 ? "one" : "several";
});

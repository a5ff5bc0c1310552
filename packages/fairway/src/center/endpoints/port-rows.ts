import { FairwayError } from "../../errors.ts";
import { groupsOption } from "../../group-names.ts";
import type { Draft } from "../../intent/draft.ts";
import { leaseWire } from "../../intent/leased-addresses.ts";
import { isLogicalPort, type LogicalPort } from "../../intent/logical-port.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { contains, type Family, familyOf, parseIp } from "../../ip.ts";
import type { Addresses } from "../addresses/addresses.ts";
import { bindAddress, freeAddress, heldAddresses, holdAddress, moveAddress } from "../addresses/bindings.ts";
import { checkEndpointQuota } from "../hosts/quotas.ts";
import { referred, subnetOf } from "../lookup.ts";
import { fitMtu } from "../networks/mtu.ts";
import { readOptions } from "../option-text.ts";
import type { PortSpec } from "../schemas/port.ts";
import { checkedGroups } from "../security-groups/memberships.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { checkQuotaOn } from "../tenancy/quotas.ts";
import { chooseMac } from "./endpoint-rows.ts";
import { endpointSpec } from "./endpoint-spec.ts";
import { releaseFurther, takeFurther } from "./further-addresses.ts";

type Subnet = IntentRow<"Subnet">;
type Host = IntentRow<"Host">;

interface PortPlace {
  readonly network: IntentRow<"Network">;
  /** For which other organization than the network's it is: its UUID. */
  readonly organization: string | null;
  /** The only host on which it may be; undefined: on any. */
  readonly host: Host | undefined;
  /** The only one that gives it an address of its family; undefined: any of the network's. */
  readonly subnet: Subnet | undefined;
}

interface Chosen {
  readonly subnet: Subnet;
  readonly ip: string;
}

/**
 * Makes a port with an address of each family that its network has. Throws `exhausted` where a family has none left, `conflict` where an
 * address or the MAC address is somebody else's, `invalid` where the network has no such address.
 */
export function makePort(
  draft: Draft,
  addresses: Addresses,
  uuid: string,
  { network, organization, host, subnet }: PortPlace,
  spec: Pick<PortSpec, "addresses" | "mac" | "labels" | "options"> & {
    readonly name: string;
    readonly request: string;
  },
): void {
  const { groups } = readOptions(endpointSpec, spec.options);
  if (host !== undefined) {
    checkEndpointQuota(draft, host._uuid);
    fitMtu(draft, network, host);
  }
  checkQuotaOn(draft, "ports", "Network", network, organization);
  const own = subnet === undefined ? undefined : cidrOf(subnet).family;
  const subnets = subnetsOf(draft, network._uuid).filter(
    (each) => subnet === undefined || each._uuid === subnet._uuid || cidrOf(each).family !== own,
  );
  const asked = new Set(spec.addresses.map(familyOf));
  const families = [...new Set(subnets.map(({ cidr }) => familyOf(cidr)))];
  const chosen = families
    .filter((family) => !asked.has(family))
    .map((family) => nextFree(draft, addresses, network, ofFamily(subnets, family)));
  const endpoint = draft.insert("Endpoint", uuid, {
    network: network._uuid,
    organization,
    name: spec.name,
    pinned: host !== undefined,
    mac: chooseMac(draft, network._uuid, spec.mac?.toLowerCase(), spec.addresses[0] ?? chosen[0]?.ip ?? uuid),
    host: host?._uuid ?? null,
    given: null,
    names: [spec.name],
    labels: spec.labels,
    options: spec.options,
    groups: checkedGroups(draft, { network, organization }, groups),
    label_groups: [],
    published_ports: {},
    request: spec.request,
    lost: [],
    status: {},
  });
  for (const ip of spec.addresses) bindAddress(draft, addresses, endpoint, ip);
  for (const { subnet, ip } of chosen) holdAddress(draft, endpoint, subnet, ip);
  takeFurther(draft, addresses, endpoint);
}

/** The subnet of which a port's address is to be. Throws `not_found`, and `invalid` where the network, or an address, is not of it. */
export function subnetOfPort(
  view: View,
  network: IntentRow<"Network">,
  reference: string,
  addresses: readonly string[],
): Subnet {
  const subnet = subnetOf(view, reference);
  if (subnet.network !== network._uuid)
    throw new FairwayError(
      "invalid",
      `subnet ${subnet.cidr} (${subnet._uuid}) is not of network ${network.name}`,
    );
  const cidr = cidrOf(subnet);
  const other = addresses.find((ip) => familyOf(ip) === cidr.family && !contains(cidr, parseIp(ip)));
  if (other === undefined) return subnet;
  throw new FairwayError("invalid", `address ${other} is not one of subnet ${subnet.cidr}`);
}

/**
 * Changes what a port is called, its MAC address, what is kept on it, and its addresses: of each family that is asked for it has those that are asked, of another
 * what it has, or the next free one. Throws as `makePort` does.
 * @param addresses undefined: they stay.
 */
export function changePort(
  draft: Draft,
  allocator: Addresses,
  port: LogicalPort,
  {
    name,
    mac,
    labels,
    options,
    addresses,
  }: Pick<PortSpec, "labels" | "options"> & {
    readonly name: string;
    readonly mac: string;
    readonly addresses: readonly string[] | undefined;
  },
): void {
  const { groups } = readOptions(endpointSpec, options);
  if (options[groupsOption] !== port.options[groupsOption]) {
    const network = referred(draft.get("Network", port.network));
    draft.update("Endpoint", port._uuid, {
      groups: checkedGroups(draft, { network, organization: port.organization }, groups),
    });
  }
  const names = port.names.map((each) => (each === port.name ? name : each));
  draft.update("Endpoint", port._uuid, { name, names, labels, options });
  if (mac !== port.mac)
    draft.update("Endpoint", port._uuid, { mac: chooseMac(draft, port.network, mac, mac) });
  const changed = referred(draft.get("Endpoint", port._uuid));
  releaseFurther(draft, changed);
  if (addresses !== undefined) readdress(draft, allocator, port, addresses);
  takeFurther(draft, allocator, changed);
}

function readdress(draft: Draft, allocator: Addresses, port: LogicalPort, asked: readonly string[]): void {
  const network = referred(draft.get("Network", port.network));
  const subnets = subnetsOf(draft, port.network);
  const held = draft.find("Address", "byEndpoint", port._uuid);
  const replaced = new Set(asked.map(familyOf));
  for (const { _uuid, ip } of held)
    if (replaced.has(familyOf(ip)) && !asked.includes(ip)) freeAddress(draft, _uuid);
  for (const ip of asked) if (!held.some((each) => each.ip === ip)) bindAddress(draft, allocator, port, ip);
  for (const family of new Set(subnets.map(({ cidr }) => familyOf(cidr)))) {
    if (replaced.has(family) || held.some(({ ip }) => familyOf(ip) === family)) continue;
    const { subnet, ip } = nextFree(draft, allocator, network, ofFamily(subnets, family));
    holdAddress(draft, port, subnet, ip);
  }
}

/**
 * Writes down where a port that may be anywhere was seen.
 * @param host undefined: nowhere. @returns whether that is new.
 */
export function seePort(draft: Draft, uuid: string, host: Host | undefined): boolean {
  const port = draft.get("Endpoint", uuid);
  if (port === undefined || !isLogicalPort(port) || port.pinned || port.host === (host?._uuid ?? null))
    return false;
  const network = draft.get("Network", port.network);
  if (host !== undefined && network !== undefined) fitMtu(draft, network, host);
  setHost(draft, port, host?._uuid ?? null);
  return true;
}

/** The only host on which a port might be is gone: it may be on any from now on. */
export function unpinPort(draft: Draft, port: LogicalPort): void {
  draft.update("Endpoint", port._uuid, { pinned: false });
  setHost(draft, port, null);
}

function setHost(draft: Draft, { _uuid }: LogicalPort, host: string | null): void {
  draft.update("Endpoint", _uuid, { host });
  for (const address of heldAddresses(draft, _uuid)) moveAddress(draft, address._uuid, host);
}

function ofFamily(subnets: readonly Subnet[], family: Family): readonly Subnet[] {
  return subnets.filter((subnet) => cidrOf(subnet).family === family);
}

/** Of the first subnet that has a free address. */
function nextFree(
  draft: Draft,
  addresses: Addresses,
  network: IntentRow<"Network">,
  subnets: readonly Subnet[],
): Chosen {
  const { name } = network;
  if (subnets.some((subnet) => leaseWire(network, subnet) !== undefined))
    throw new FairwayError(
      "invalid",
      `the LAN's DHCP server gives the addresses of network ${name}; say which address the port has there`,
    );
  for (const subnet of subnets) {
    const ip = addresses.next(draft, subnet);
    if (ip !== undefined) return { subnet, ip };
  }
  const cidrs = subnets.map(({ cidr }) => cidr).join(", ");
  throw new FairwayError("exhausted", `network ${name} has no free address left in ${cidrs}`);
}

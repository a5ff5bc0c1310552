import { isSame } from "../../columns.ts";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { organizationOf } from "../access/whose.ts";
import { inUseBy } from "../in-use.ts";
import { organizationNamed, referred } from "../lookup.ts";
import { setSharedWith } from "../networks/network-rows.ts";

type Network = IntentRow<"Network">;
type Organization = IntentRow<"Organization">;

/** The full names of the networks that others share with an organization. */
export function sharedNetworks(view: View, { _uuid }: Organization): string[] {
  return view
    .find("Network", "bySharedWith", _uuid)
    .map(({ name }) => name)
    .sort();
}

/**
 * Shares a network with the organizations of these names, and with no others. Throws `not_found` for one that is not there, and names no other; `invalid` where
 * the network is no organization's, or is to be shared with its own; `in_use` where it is shared no longer with one that has something there.
 */
export function share(draft: Draft, network: Network, names: readonly string[]): void {
  const wanted = [...new Set(names)].map((name) => mayShareWith(draft, network, name)._uuid);
  for (const uuid of network.shared_with)
    if (!wanted.includes(uuid)) checkUnused(draft, network, referred(draft.get("Organization", uuid)));
  if (!isSame([...network.shared_with].sort(), wanted.sort())) setSharedWith(draft, network._uuid, wanted);
}

/** Shares none of others' networks with an organization, which is about to go. */
export function endSharing(draft: Draft, organization: string): void {
  for (const { _uuid, shared_with } of draft.find("Network", "bySharedWith", organization))
    setSharedWith(
      draft,
      _uuid,
      shared_with.filter((each) => each !== organization),
    );
}

/**
 * For whom something is to be on a network. Throws `forbidden` where the network is not shared with that organization.
 * @param organization undefined: nobody said one. @returns its UUID; null: that of whose the network is.
 */
function guestOn(view: View, network: Network, organization: Organization | undefined): string | null {
  if (organization === undefined || organizationOf(view, "Network", network) === organization._uuid)
    return null;
  if (network.shared_with.includes(organization._uuid)) return organization._uuid;
  throw new FairwayError(
    "forbidden",
    `network ${network.name} is not shared with organization ${organization.name}` +
      (network.zone === null
        ? ", and is no organization's"
        : `: fairway organization share "${network.name}" --with "${organization.name}"`),
  );
}

/** The same of an organization that is said by its name. Throws `not_found`, too. */
export function guestNamed(view: View, network: Network, name: string | undefined): string | null {
  return guestOn(view, network, name === undefined ? undefined : organizationNamed(view, name));
}

/** The same of one that was let in before. */
export function checkStillShared(view: View, network: Network, organization: string | null): void {
  if (organization !== null) guestOn(view, network, referred(view.get("Organization", organization)));
}

/** What an organization has on others' networks, and how that is called. Nothing where it has nothing. */
export function heldElsewhere(
  view: View,
  organization: string,
): { readonly noun: string; readonly names: readonly string[] } {
  const ports = view.find("Endpoint", "byOrganization", organization);
  if (ports.length > 0) return { noun: "port", names: ports.map((row) => portText(view, row)).sort() };
  const engines = view.find("Docker_Network", "byOrganization", organization);
  return { noun: "engine's network", names: engines.map((row) => handleText(view, row)).sort() };
}

function mayShareWith(view: View, network: Network, name: string): Organization {
  const [organization] = view.find("Organization", "byName", name);
  if (organization === undefined)
    // Who asks may be of one organization, and hears of no other by a hint.
    throw refusal("not_found", `names the organization "${name}", which is not there`);
  const owner = organizationOf(view, "Network", network);
  if (owner == null)
    throw refusal("invalid", `is for networks of organizations: network ${network.name} is in no zone`);
  if (owner !== organization._uuid) return organization;
  throw refusal("invalid", `must name other organizations: network ${network.name} is ${name}'s own`);
}

/** Throws `in_use` naming what an organization has on a network. */
function checkUnused(view: View, network: Network, { _uuid, name }: Organization): void {
  const ports = view
    .find("Endpoint", "byOrganization", _uuid)
    .filter((row) => row.network === network._uuid)
    .map((row) => portText(view, row));
  const addresses = view
    .find("Address", "byOrganization", _uuid)
    .filter(({ subnet, endpoint }) => endpoint === null && isOf(view, subnet, network))
    .map(({ ip }) => ip);
  const what = `organization ${name} on network ${network.name}`;
  if (ports.length > 0) throw inUseBy(what, "port", ports.sort(), "remove");
  if (addresses.length > 0) throw inUseBy(what, "IP", addresses.sort(), "release");
}

function isOf(view: View, subnet: string, { _uuid }: Network): boolean {
  return view.get("Subnet", subnet)?.network === _uuid;
}

function portText(view: View, { _uuid, names, host }: IntentRow<"Endpoint">): string {
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
  const on = host === null ? undefined : view.get("Host", host)?.name;
  return `${handle?.container_name ?? names[0] ?? _uuid}${on === undefined ? "" : ` on ${on}`}`;
}

function handleText(view: View, { name, engine_id, host }: IntentRow<"Docker_Network">): string {
  return `${name ?? engine_id.slice(0, 12)} of ${referred(view.get("Host", host)).name}`;
}

function refusal(code: "not_found" | "invalid", what: string): FairwayError {
  const detail = `sharedWith ${what}`;
  return new FairwayError(code, detail, { fields: [{ field: "sharedWith", detail }] });
}

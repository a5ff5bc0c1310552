import { FairwayError } from "../../errors.ts";
import { countAmong, findAmong } from "../../intent/among.ts";
import type { TableName } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { organizationOf } from "../access/whose.ts";
import { mergePatch } from "../schemas/spec-shapes.ts";
import type { OrganizationPatch, Quotas, Usage } from "../schemas/tenancy.ts";

type Quota = keyof Usage;

/** How much of what it may have an organization has, by its UUID. */
const counts: { readonly [Q in Quota]: (view: View, organization: string) => number } = {
  networks: (view, organization) => countAmong(view, "Network", "byZone", zonesOf(view, organization)),
  addresses: (view, organization) =>
    countAmong(view, "Address", "givenOfSubnet", subnetsOf(view, organization)) +
    view.count("Address", "byOrganization", organization),
  ports: (view, organization) =>
    countAmong(view, "Endpoint", "ownOfNetwork", networksOf(view, organization)) +
    view.count("Endpoint", "byOrganization", organization),
  rules: (view, organization) =>
    view
      .find("Router", "byOrganization", organization)
      .reduce((sum, { zone_rules }) => sum + Object.keys(zone_rules).length, 0),
};

/** How much an organization has of all that it may have. */
export function usageOf(view: View, { _uuid }: IntentRow<"Organization">): Usage {
  return {
    networks: counts.networks(view, _uuid),
    addresses: counts.addresses(view, _uuid),
    ports: counts.ports(view, _uuid),
    rules: counts.rules(view, _uuid),
  };
}

/**
 * Whoever gives an organization more of something asks this before. What an engine has already, and tells again, is not asked for.
 * Throws `exhausted` where the organization would have more than its quota.
 * @param row in which it is to be, of a `table`; one that is no organization's has no bounds. @param more how much more.
 */
export function checkQuota<T extends TableName>(
  view: View,
  quota: Quota,
  table: T,
  row: IntentRow<T>,
  more = 1,
): void {
  const organization = view.get("Organization", organizationOf(view, table, row) ?? "");
  const bound = organization?.quotas[quota];
  if (organization === undefined || bound === undefined || more <= 0) return;
  const has = counts[quota](view, organization._uuid);
  if (has + more <= bound) return;
  const wish = more === 1 ? "" : `, and not ${more} more`;
  throw new FairwayError(
    "exhausted",
    `organization ${organization.name} has ${has} of ${bound} ${quota}${wish}: quota ${quota}; an administrator can raise it`,
  );
}

/**
 * The same of what is to be on a network or a subnet.
 * @param guest for which other organization than that of whose it is: its UUID.
 */
export function checkQuotaOn<T extends "Network" | "Subnet">(
  view: View,
  quota: Quota,
  table: T,
  row: IntentRow<T>,
  guest: string | null,
): void {
  const organization = guest === null ? undefined : view.get("Organization", guest);
  if (organization === undefined) checkQuota(view, quota, table, row);
  else checkQuota(view, quota, "Organization", organization);
}

/** Quotas as an organization's row has them. */
export function quotaColumn(quotas: Quotas): Record<string, number> {
  return Object.fromEntries(
    Object.entries(quotas).flatMap(([quota, bound]) => (bound === undefined ? [] : [[quota, bound]])),
  );
}

/** The same with a patch; undefined: nothing changes; null: there are none. */
export function mergedQuotas(
  before: Readonly<Record<string, number>>,
  patch: OrganizationPatch["quotas"],
): Record<string, number> {
  return { ...mergePatch({ map: { ...before } }, { map: patch }).map };
}

function zonesOf(view: View, organization: string): ReadonlySet<string> {
  const domains = uuidsOf(view.find("Router", "byOrganization", organization));
  return uuidsOf(findAmong(view, "Zone", "byRouter", domains));
}

function networksOf(view: View, organization: string): ReadonlySet<string> {
  return uuidsOf(findAmong(view, "Network", "byZone", zonesOf(view, organization)));
}

function subnetsOf(view: View, organization: string): ReadonlySet<string> {
  return uuidsOf(findAmong(view, "Subnet", "byNetwork", networksOf(view, organization)));
}

function uuidsOf(rows: readonly { readonly _uuid: string }[]): ReadonlySet<string> {
  return new Set(rows.map(({ _uuid }) => _uuid));
}

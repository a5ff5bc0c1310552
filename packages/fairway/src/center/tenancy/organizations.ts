import type { Changeable } from "../../intent/joint-change.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { mayAdminister, mayChangeAll } from "../access/access.ts";
import { wholeOf } from "../access/seen.ts";
import { organizationNamed } from "../lookup.ts";
import type { NewOrganization, Organization, OrganizationPatch } from "../schemas/tenancy.ts";
import { type LevelKind, Levels, levelColumns, patchedLevel, revisionOfLevel } from "./levels.ts";
import { mergedQuotas, quotaColumn, usageOf } from "./quotas.ts";
import { endSharing, heldElsewhere, sharedNetworks } from "./sharing.ts";

type Row = IntentRow<"Organization">;

/** An organization as the API shows it. */
export function organizationView(view: View, row: Row): Organization {
  const { _uuid: uuid, name, labels, options, quotas } = row;
  return {
    uuid,
    name,
    labels: { ...labels },
    options: { ...options },
    quotas: { ...quotas },
    usage: usageOf(wholeOf(view), row),
    domains: domainsOf(view, uuid),
    sharedNetworks: sharedNetworks(wholeOf(view), row),
    revision: revisionOfLevel(row),
  };
}

const kind: LevelKind<Row, Organization, NewOrganization, OrganizationPatch> = {
  noun: "organization",
  // Who shares the cluster, and how much of it, is for no one else to say; for who is of one organization there is no other.
  own: (caller, view) => {
    mayChangeAll(caller);
    mayAdminister(caller);
    return view;
  },
  rows: (view) => view.rows("Organization"),
  named: organizationNamed,
  find: (view, name) => view.find("Organization", "byName", name)[0],
  insert: (draft, _own, uuid, wish) =>
    draft.insert("Organization", uuid, { name: wish.name, ...columnsOf(wish) }),
  columns: columnsOf,
  patched: (row, patch) => ({ ...patchedLevel(row, patch), quotas: mergedQuotas(row.quotas, patch.quotas) }),
  update: (draft, uuid, columns) => draft.update("Organization", uuid, columns),
  delete: (draft, uuid) => {
    endSharing(draft, uuid);
    draft.delete("Organization", uuid);
  },
  show: organizationView,
  contents: (view, { _uuid, name }) => {
    const domains = domainsOf(view, _uuid);
    if (domains.length > 0) return { noun: "domain", names: domains };
    const groups = groupsOf(view, _uuid);
    if (groups.length > 0) return { noun: "group", names: groups };
    const policies = view.find("Policy", "byTier", name).map((policy) => policy.name);
    return policies.length > 0 ? { noun: "policy", names: policies.sort() } : heldElsewhere(view, _uuid);
  },
};

/** Organizations: whoever has domains, which are routers, with zones and networks of their own. */
export class Organizations extends Levels<Row, Organization, NewOrganization, OrganizationPatch> {
  constructor(store: Changeable) {
    super(store, kind);
  }
}

function columnsOf(wish: NewOrganization) {
  return { ...levelColumns(wish), quotas: quotaColumn(wish.quotas) };
}

function groupsOf(view: View, organization: string): string[] {
  return view
    .find("Security_Group", "byOrganization", organization)
    .map(({ name }) => name)
    .sort();
}

function domainsOf(view: View, organization: string): string[] {
  return view
    .find("Router", "byOrganization", organization)
    .map(({ name }) => name)
    .sort();
}

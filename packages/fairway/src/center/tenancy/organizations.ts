import type { Changeable } from "../../intent/joint-change.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { mayAdminister, mayChangeAll } from "../access/access.ts";
import { organizationNamed } from "../lookup.ts";
import type { Organization } from "../schemas/tenancy.ts";
import { type LevelKind, Levels, revisionOfLevel } from "./levels.ts";

type Row = IntentRow<"Organization">;

/** An organization as the API shows it. */
export function organizationView(view: View, row: Row): Organization {
  const { _uuid: uuid, name, labels, options } = row;
  return {
    uuid,
    name,
    labels: { ...labels },
    options: { ...options },
    domains: domainsOf(view, uuid),
    revision: revisionOfLevel(row),
  };
}

const kind: LevelKind<Row, Organization> = {
  noun: "organization",
  // Who shares the cluster is an administrator's to say; for who is of one organization there is no other.
  own: (caller, view) => {
    mayChangeAll(caller);
    mayAdminister(caller);
    return view;
  },
  rows: (view) => view.rows("Organization"),
  named: organizationNamed,
  find: (view, name) => view.find("Organization", "byName", name)[0],
  insert: (draft, _own, uuid, { name, labels, options }) =>
    draft.insert("Organization", uuid, { name, labels, options }),
  update: (draft, uuid, columns) => draft.update("Organization", uuid, columns),
  delete: (draft, uuid) => draft.delete("Organization", uuid),
  show: organizationView,
  contents: (view, { _uuid }) => {
    const domains = domainsOf(view, _uuid);
    return domains.length > 0
      ? { noun: "domain", names: domains }
      : { noun: "group", names: groupsOf(view, _uuid) };
  },
};

/** Organizations: whoever has domains, which are routers, with zones and networks of their own. */
export class Organizations extends Levels<Row, Organization> {
  constructor(store: Changeable) {
    super(store, kind);
  }
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

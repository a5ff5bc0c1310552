import { membersOf } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { referred } from "../lookup.ts";
import { revisionOf } from "../revision.ts";
import type { SecurityGroup } from "../schemas/security-group.ts";
import { rulesView, ruleTroubles } from "./group-rules.ts";
import { isFullOfNames, mostResolved } from "./resolved-names.ts";

type Row = IntentRow<"Security_Group">;

/** A security group as the API shows it. */
export function securityGroupView(view: View, row: Row): SecurityGroup {
  const { _uuid: uuid, name, organization, joinable_by_label, labels, options, status } = row;
  return {
    uuid,
    name,
    organization: organization === null ? null : referred(view.get("Organization", organization)).name,
    rules: rulesView(row),
    joinableByLabel: joinable_by_label,
    labels: { ...labels },
    options: { ...options },
    members: membersOf(view, row).length,
    revision: revisionOfGroup(row),
    status: {
      ...status,
      ...Object.fromEntries(ruleTroubles(view, row)),
      ...(isFullOfNames(row) && {
        names: `${mostResolved} addresses of names are in force: others get no answer until some have expired`,
      }),
    },
  };
}

/** The revision of what a group is to be. */
export function revisionOfGroup({ name, joinable_by_label, rules, labels, options }: Row): string {
  return revisionOf({ name, joinable_by_label, rules, labels, options });
}

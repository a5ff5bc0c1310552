import type { IntentRow, View } from "../../intent/view.ts";
import { referred } from "../lookup.ts";
import { revisionOf } from "../revision.ts";
import type { Policy } from "../schemas/policy.ts";
import { rulesView, ruleTroubles } from "../security-groups/group-rules.ts";

type Row = IntentRow<"Policy">;

/** A policy as the API shows it. */
export function policyView(view: View, row: Row): Policy {
  const { _uuid: uuid, name, organization, labels, options, status } = row;
  return {
    uuid,
    name,
    tier: organization === null ? "cluster" : "organization",
    organization: organization === null ? null : referred(view.get("Organization", organization)).name,
    rules: rulesView(row),
    labels: { ...labels },
    options: { ...options },
    revision: revisionOfPolicy(row),
    status: { ...status, ...Object.fromEntries(ruleTroubles(view, row)) },
  };
}

/** The revision of what a policy is to be. */
export function revisionOfPolicy({ name, rules, labels, options }: Row): string {
  return revisionOf({ name, rules, labels, options });
}

import { randomUUID } from "node:crypto";
import { isSame } from "../../columns.ts";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import { groupRulesOf } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { levelAbove } from "../../level-names.ts";
import { nameOf } from "../access/access.ts";
import { checkWithin, ownOf } from "../access/changed.ts";
import { seenBy } from "../access/seen.ts";
import type { Caller, Context } from "../context.ts";
import { organizationNamed, policyNamed } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { mergedMap } from "../merged-map.ts";
import { isLabelled, isNamed, pageOf } from "../page.ts";
import { checkRevision } from "../revision.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { PageWish } from "../schemas/page.ts";
import type { NewPolicy, Policy, PolicyPatch } from "../schemas/policy.ts";
import { mergedGroupRules, soundGroupRules } from "../security-groups/group-rules.ts";
import { policyView, revisionOfPolicy } from "./policy-view.ts";

type Row = IntentRow<"Policy">;

/** Which policies. */
interface PolicyFilter extends PageWish {
  readonly name?: string | undefined;
  readonly label?: string | undefined;
}

/**
 * Policies: rules that all endpoints of the cluster, or of an organization, obey before those of their groups. A reference is a name or a UUID; what it does not name throws
 * `not_found`. A change throws `forbidden` for who is no administrator, and `precondition_failed` where the policy has none of the revisions that it names.
 */
export class Policies {
  readonly #store: Changeable;

  constructor(store: Changeable) {
    this.#store = store;
  }

  /** The policies that the filter lets through, by name. */
  list({ name, label, ...page }: PolicyFilter, context: Context): readonly Policy[] {
    const view = seenBy(context.caller, this.#store.view);
    const rows = Array.from(view.rows("Policy")).filter(
      (row) => isNamed(row.name, name) && isLabelled(row.labels, label),
    );
    return pageOf(rows, page, { key: keyInList.policy, view: (row) => policyView(view, row) });
  }

  /** One policy. */
  show(reference: string, context: Context): Policy {
    const view = seenBy(context.caller, this.#store.view);
    return policyView(view, policyNamed(view, reference));
  }

  /** Throws `conflict` where a policy of that name is there, `invalid` naming a rule that is none. */
  async create(wish: NewPolicy, manner: Manner, context: Context): Promise<Policy> {
    const uuid = randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ruledBy(context.caller, draft);
      checkWithin(context.caller, wish.name);
      if (draft.count("Policy", "byName", wish.name) > 0)
        throw new FairwayError("conflict", `a policy ${wish.name} is there already; choose another name`);
      return make(draft, own, uuid, wish);
    });
  }

  /** As `create`; a policy of that name which is as it is wished already stays. Throws `conflict` where it differs. */
  async put(wish: NewPolicy, manner: Manner, context: Context): Promise<Policy> {
    const uuid = randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ruledBy(context.caller, draft);
      checkWithin(context.caller, wish.name);
      const [known] = own.find("Policy", "byName", wish.name);
      if (known === undefined) return make(draft, own, uuid, wish);
      const isWished =
        isSame(known.rules, soundGroupRules(wish.rules)) &&
        isSame(known.labels, wish.labels) &&
        isSame(known.options, wish.options);
      if (isWished) return policyView(own, known);
      throw new FairwayError(
        "conflict",
        `a policy ${wish.name} is there already, and otherwise: change it, or choose another name`,
      );
    });
  }

  /** Changes rules, labels and options, under traffic. Throws `invalid` naming a rule that is none, `not_found` for whom a new one names. */
  async update(reference: string, patch: PolicyPatch, manner: Manner, context: Context): Promise<Policy> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ruledBy(context.caller, draft);
      const row = policyIn(own, reference, manner);
      draft.update("Policy", row._uuid, {
        rules: withoutNames(mergedGroupRules(own, row, patch.rules)),
        labels: mergedMap("labels", row.labels, patch.labels),
        options: mergedMap("options", row.options, patch.options),
      });
      return policyView(own, policyNamed(own, row._uuid));
    });
  }

  /** Removes a policy with its rules. Answers as it was. */
  async remove(reference: string, manner: Manner, context: Context): Promise<Policy> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ruledBy(context.caller, draft);
      const row = policyIn(own, reference, manner);
      const before = policyView(own, row);
      draft.delete("Policy", row._uuid);
      return before;
    });
  }
}

/** What of a view a caller may rule. Throws `forbidden` for who is no administrator, of all organizations or of one, and what `ownOf` throws. */
function ruledBy(caller: Caller, view: View): View {
  const own = ownOf(caller, view);
  if (caller.kind !== "principal" || caller.role === "admin") return own;
  throw new FairwayError("forbidden", `${nameOf(caller)} is no administrator, and changes no policy`);
}

function policyIn(view: View, reference: string, { revisions }: Manner): Row {
  const row = policyNamed(view, reference);
  checkRevision(`policy ${row.name}`, revisionOfPolicy(row), revisions);
  return row;
}

/** Throws `invalid` where a rule names a DNS name: its addresses are told to groups, by who resolves it for their members. */
function withoutNames(rules: Record<string, string>): Record<string, string> {
  const named = groupRulesOf({ rules }).find(({ peer }) => peer.kind === "dns");
  if (named === undefined) return rules;
  const detail = `a policy's rules name no DNS names: give "${named.text}" to a security group`;
  throw new FairwayError("invalid", detail, { fields: [{ field: "rules", detail }] });
}

/** @param own where the organization is that its name says. */
function make(draft: Draft, own: View, uuid: string, { name, rules, labels, options }: NewPolicy): Policy {
  const above = levelAbove(name);
  const row = draft.insert("Policy", uuid, {
    name,
    organization: above === undefined ? null : organizationNamed(own, above)._uuid,
    rules: withoutNames(soundGroupRules(rules)),
    labels,
    options,
    status: {},
  });
  return policyView(own, row);
}

import { randomUUID } from "node:crypto";
import { isSame } from "../../columns.ts";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import { membersOf } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { levelAbove } from "../../level-names.ts";
import { checkWithin, ownOf } from "../access/changed.ts";
import { seenBy } from "../access/seen.ts";
import { forgetGroup, keepGroups } from "../containers/container-groups.ts";
import type { Context } from "../context.ts";
import { setGroups } from "../endpoints/endpoint-rows.ts";
import { inUseBy } from "../in-use.ts";
import { networkOf, organizationNamed, securityGroupNamed, someEndpointsOf } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { mergedMap } from "../merged-map.ts";
import { isLabelled, isNamed, pageOf } from "../page.ts";
import { checkRevision } from "../revision.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { PageWish } from "../schemas/page.ts";
import type { NewSecurityGroup, SecurityGroup, SecurityGroupPatch } from "../schemas/security-group.ts";
import { mergedGroupRules, soundGroupRules } from "./group-rules.ts";
import { revisionOfGroup, securityGroupView } from "./group-view.ts";
import { withGroup, withoutGroup } from "./memberships.ts";

type Row = IntentRow<"Security_Group">;

/** Which groups. */
interface GroupFilter extends PageWish {
  readonly name?: string | undefined;
  readonly label?: string | undefined;
}

/** Who joins a group, or leaves it. */
interface MemberWish {
  /** A name or UUID. */
  readonly group: string;
  /** A container's name or id, a port's name, an address or a UUID. */
  readonly member: string;
  /** The only network on which it is meant; undefined: on all of its. */
  readonly network?: string | undefined;
}

/**
 * Security groups: what their members get and send is what their rules allow. A reference is a name or a UUID; what it does not name throws `not_found`. A change throws
 * `precondition_failed` where the group has none of the revisions that it names.
 */
export class SecurityGroups {
  readonly #store: Changeable;

  constructor(store: Changeable) {
    this.#store = store;
  }

  /** The groups that the filter lets through, by name. */
  list({ name, label, ...page }: GroupFilter, context: Context): readonly SecurityGroup[] {
    const view = seenBy(context.caller, this.#store.view);
    const rows = Array.from(view.rows("Security_Group")).filter(
      (row) => isNamed(row.name, name) && isLabelled(row.labels, label),
    );
    return pageOf(rows, page, { key: keyInList.securityGroup, view: (row) => securityGroupView(view, row) });
  }

  /** One group. */
  show(reference: string, context: Context): SecurityGroup {
    const view = seenBy(context.caller, this.#store.view);
    return securityGroupView(view, securityGroupNamed(view, reference));
  }

  /** Throws `conflict` where a group of that name is there, `invalid` naming a rule that is none. */
  async create(wish: NewSecurityGroup, manner: Manner, context: Context): Promise<SecurityGroup> {
    const uuid = randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      checkWithin(context.caller, wish.name);
      if (draft.count("Security_Group", "byName", wish.name) > 0)
        throw new FairwayError("conflict", `a group ${wish.name} is there already; choose another name`);
      return make(draft, own, uuid, wish);
    });
  }

  /** As `create`; a group of that name which is as it is wished already stays. Throws `conflict` where it differs. */
  async put(wish: NewSecurityGroup, manner: Manner, context: Context): Promise<SecurityGroup> {
    const uuid = randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      checkWithin(context.caller, wish.name);
      const [known] = own.find("Security_Group", "byName", wish.name);
      if (known === undefined) return make(draft, own, uuid, wish);
      const isWished =
        isSame(known.rules, soundGroupRules(wish.rules)) &&
        known.joinable_by_label === wish.joinableByLabel &&
        isSame(known.labels, wish.labels) &&
        isSame(known.options, wish.options);
      if (isWished) return securityGroupView(own, known);
      throw new FairwayError(
        "conflict",
        `a group ${wish.name} is there already, and otherwise: change it, or choose another name`,
      );
    });
  }

  /** Changes rules, labels, options, and whether labels let in, under traffic. Throws `invalid` naming a rule that is none, `not_found` for whom a new one names. */
  async update(
    reference: string,
    patch: SecurityGroupPatch,
    manner: Manner,
    context: Context,
  ): Promise<SecurityGroup> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = groupIn(own, reference, manner);
      const { joinableByLabel } = patch;
      draft.update("Security_Group", row._uuid, {
        rules: mergedGroupRules(own, row, patch.rules),
        joinable_by_label: joinableByLabel === undefined ? row.joinable_by_label : (joinableByLabel ?? false),
        labels: mergedMap("labels", row.labels, patch.labels),
        options: mergedMap("options", row.options, patch.options),
      });
      return securityGroupView(own, securityGroupNamed(own, row._uuid));
    });
  }

  /** Removes a group in which nobody is: whoever leaves it is filtered no more. Answers as it was. Throws `in_use` naming members. */
  async remove(reference: string, manner: Manner, context: Context): Promise<SecurityGroup> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = groupIn(own, reference, manner);
      const names = membersOf(draft, row).map((member) => calledAs(draft, member));
      if (names.length > 0) throw inUseBy(`group ${row.name}`, "member", names.sort(), "remove");
      const before = securityGroupView(own, row);
      draft.delete("Security_Group", row._uuid);
      forgetGroup(draft, row.name);
      return before;
    });
  }

  /** Puts a container or port into a group, on all of its networks or one; a container for all its starts. Throws `not_found` where it cannot be in it. */
  async join(wish: MemberWish, manner: Manner, context: Context): Promise<SecurityGroup> {
    return this.#changeMember(wish, manner, context, (draft, endpoint, name) => {
      setGroups(draft, endpoint._uuid, withGroup(draft, endpoint, name));
      keepGroups(draft, endpoint, (kept) => [...new Set([...kept, name])].sort());
    });
  }

  /** Takes it from a group; succeeds where it is not in it. Throws `conflict` where its label keeps it there. */
  async leave(wish: MemberWish, manner: Manner, context: Context): Promise<SecurityGroup> {
    return this.#changeMember(wish, manner, context, (draft, endpoint, name) => {
      setGroups(draft, endpoint._uuid, withoutGroup(endpoint, name));
      keepGroups(draft, endpoint, (kept) => kept.filter((each) => each !== name));
    });
  }

  #changeMember(
    { group, member, network }: MemberWish,
    manner: Manner,
    context: Context,
    change: (draft: Draft, endpoint: IntentRow<"Endpoint">, group: string) => void,
  ): Promise<SecurityGroup> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = ownOf(context.caller, draft);
      const row = groupIn(own, group, manner);
      for (const endpoint of endpointsMeant(own, member, network)) change(draft, endpoint, row.name);
      return securityGroupView(own, row);
    });
  }
}

/** What people call an endpoint. */
function calledAs(view: View, { _uuid, names }: IntentRow<"Endpoint">): string {
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
  return handle?.container_name ?? names[0] ?? _uuid;
}

function endpointsMeant(
  view: View,
  member: string,
  network: string | undefined,
): readonly IntentRow<"Endpoint">[] {
  const all = someEndpointsOf(view, member);
  if (network === undefined) return all;
  const { _uuid, name } = networkOf(view, network);
  const meant = all.filter((endpoint) => endpoint.network === _uuid);
  if (meant.length > 0) return meant;
  throw new FairwayError("not_found", `${member} is not on network ${name}`);
}

function groupIn(view: View, reference: string, { revisions }: Manner): Row {
  const row = securityGroupNamed(view, reference);
  checkRevision(`group ${row.name}`, revisionOfGroup(row), revisions);
  return row;
}

/** @param own where the organization is that its name says. */
function make(draft: Draft, own: View, uuid: string, wish: NewSecurityGroup): SecurityGroup {
  const { name, rules, joinableByLabel, labels, options } = wish;
  const above = levelAbove(name);
  const row = draft.insert("Security_Group", uuid, {
    name,
    organization: above === undefined ? null : organizationNamed(own, above)._uuid,
    joinable_by_label: joinableByLabel,
    rules: soundGroupRules(rules),
    labels,
    options,
    resolved: {},
    expired: {},
    status: {},
  });
  return securityGroupView(own, row);
}

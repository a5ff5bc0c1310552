import { FairwayError } from "../../errors.ts";
import { groupsOption } from "../../group-names.ts";
import { groupNamesOn, groupOn, membershipOf } from "../../intent/security-groups.ts";
import type { Status } from "../../intent/status.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import type { EndpointPlace } from "../endpoints/endpoint-spec.ts";
import { referred } from "../lookup.ts";
import { mostGroups } from "../schemas/security-group.ts";

type Endpoint = IntentRow<"Endpoint">;
type Network = IntentRow<"Network">;

/**
 * The full names of groups that are named for an endpoint of a network. Throws `not_found` for one in which it cannot be, and `forbidden` where it is another
 * organization's: that would choose by itself what it gets on the network that is shared with it.
 */
export function checkedGroups(
  view: View,
  { network, organization }: Pick<EndpointPlace, "network" | "organization">,
  names: readonly string[],
): readonly string[] {
  if (organization !== null && names.length > 0)
    throw new FairwayError(
      "forbidden",
      `network ${network.name} is shared: only the organization that it belongs to puts something into its groups`,
    );
  const full = groupNamesOn(network, names);
  const wrong = full.find((name) => groupOn(view, network, name) === undefined);
  if (wrong !== undefined) throw noGroup(view, network, wrong);
  return full.toSorted();
}

/** The groups of an endpoint with another one. Throws `not_found` where it cannot be in that, `exhausted` where it is in too many. */
export function withGroup(view: View, endpoint: Endpoint, group: string): readonly string[] {
  const network = referred(view.get("Network", endpoint.network));
  if (groupOn(view, network, group) === undefined) throw noGroup(view, network, group);
  const groups = sorted([...endpoint.groups, group]);
  if (groups.length <= mostGroups) return groups;
  throw new FairwayError("exhausted", `an endpoint is in at most ${mostGroups} groups; take it from one`);
}

/** The groups of an endpoint without one. Throws `conflict` where its container's label keeps it in that. */
export function withoutGroup(endpoint: Endpoint, group: string): readonly string[] {
  if (!endpoint.label_groups.includes(group)) return endpoint.groups.filter((name) => name !== group);
  throw new FairwayError(
    "conflict",
    `its label keeps it in group ${group}: start it without, or let no labels in by \`fairway group update ${group} --joinable-by-label false\``,
  );
}

/** The names of the groups in which an endpoint is. */
export function groupNames(view: View, endpoint: Endpoint): string[] {
  return membershipOf(view, endpoint)
    .groups.flatMap((uuid) => view.get("Security_Group", uuid)?.name ?? [])
    .sort();
}

/** What keeps an endpoint from being in the groups that are named for it. */
export function groupTroubles(view: View, endpoint: Endpoint): Status {
  const { missing, refused } = membershipOf(view, endpoint);
  const isImages = endpoint.labels[groupsOption] !== undefined && endpoint.label_groups.length === 0;
  return {
    ...(missing.length > 0 && { groups: `it has no port: there is no group ${missing.join(", ")}` }),
    ...(refused.length > 0 && {
      "groups by label": `no group lets labels in that is called ${refused.join(", ")}`,
    }),
    ...(isImages && { "groups by label": `its image has label ${groupsOption}, so that has no power` }),
  };
}

function noGroup(view: View, network: Network, name: string): FairwayError {
  const names = Array.from(view.rows("Security_Group"), (row) => row.name);
  const near = nearestName(
    name,
    names.filter((each) => groupOn(view, network, each) !== undefined),
  );
  const hint = near === undefined ? "`fairway group ls` lists them" : `did you mean "${near}"?`;
  return new FairwayError(
    "not_found",
    `no group "${name}" for endpoints of network ${network.name}; ${hint}`,
  );
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

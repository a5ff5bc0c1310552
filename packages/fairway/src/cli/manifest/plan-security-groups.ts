import type { SecurityGroup } from "../../center/schemas/security-group.ts";
import { canonicalGroupRules } from "../../group-rules.ts";
import type { Present } from "./describe-cluster.ts";
import { titleOf } from "./kinds.ts";
import { differences, mapPatch, type Planner, summaryOf } from "./step.ts";

/** A security group. Its members say themselves that they are in it. */
export const planSecurityGroup: Planner<"SecurityGroup"> = ({ document: { content, place }, present }) => {
  const { kind, ...body } = content;
  const common = { kind, title: titleOf(content), place } as const;
  if (present === undefined)
    return {
      ...common,
      mark: "+",
      details: summaryOf(content),
      changes: [{ operation: "createSecurityGroup", body }],
    };
  const { kind: _kind, ...now } = present.content;
  const wanted = { ...body, rules: canonicalGroupRules(body.rules) };
  const details = differences(now, wanted);
  if (details.length === 0) return undefined;
  return {
    ...common,
    mark: "~",
    details,
    changes: [
      {
        operation: "updateSecurityGroup",
        parameters: { group: content.name },
        body: {
          rules: mapPatch(now.rules, wanted.rules),
          joinableByLabel: wanted.joinableByLabel,
          labels: mapPatch(now.labels, wanted.labels),
          options: mapPatch(now.options, wanted.options),
        },
        ifMatch: present.revision,
      },
    ],
  };
};

/** A security group of the cluster, as a document says it. */
export function presentSecurityGroup(group: SecurityGroup): Present<"SecurityGroup"> {
  const { uuid, name, rules, joinableByLabel, labels, options, revision, members } = group;
  return {
    content: { kind: "SecurityGroup", name, rules, joinableByLabel, labels, options },
    uuid,
    revision,
    isEngines: false,
    isBeingRemoved: false,
    users: members,
  };
}

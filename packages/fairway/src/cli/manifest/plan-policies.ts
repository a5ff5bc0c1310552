import type { Policy } from "../../center/schemas/policy.ts";
import { canonicalGroupRules } from "../../group-rules.ts";
import type { Present } from "./describe-cluster.ts";
import { titleOf } from "./kinds.ts";
import { differences, mapPatch, type Planner, summaryOf } from "./step.ts";

/** A policy. */
export const planPolicy: Planner<"Policy"> = ({ document: { content, place }, present }) => {
  const { kind, ...body } = content;
  const common = { kind, title: titleOf(content), place } as const;
  if (present === undefined)
    return {
      ...common,
      mark: "+",
      details: summaryOf(content),
      changes: [{ operation: "createPolicy", body }],
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
        operation: "updatePolicy",
        parameters: { policy: content.name },
        body: {
          rules: mapPatch(now.rules, wanted.rules),
          labels: mapPatch(now.labels, wanted.labels),
          options: mapPatch(now.options, wanted.options),
        },
        ifMatch: present.revision,
      },
    ],
  };
};

/** A policy of the cluster, as a document says it. */
export function presentPolicy({ uuid, name, rules, labels, options, revision }: Policy): Present<"Policy"> {
  return {
    content: { kind: "Policy", name, rules, labels, options },
    uuid,
    revision,
    isEngines: false,
    isBeingRemoved: false,
    users: 0,
  };
}

import type { Vip } from "../../center/schemas/vip.ts";
import type { Present } from "./describe-cluster.ts";
import { titleOf } from "./kinds.ts";
import { differences, mapPatch, type Planner, summaryOf } from "./step.ts";

/** An address that its members have in turn. */
export const planVip: Planner<"Vip"> = ({ document: { content, place }, present }) => {
  const { kind, ...body } = content;
  const common = { kind, title: titleOf(content), place } as const;
  if (present === undefined)
    return { ...common, mark: "+", details: summaryOf(content), changes: [{ operation: "createVip", body }] };
  const { members, labels, options } = present.content;
  const wanted = {
    members: [...new Set(body.members)].sort(),
    labels: body.labels,
    options: body.options,
  };
  const details = differences({ members, labels, options }, wanted);
  if (details.length === 0) return undefined;
  return {
    ...common,
    mark: "~",
    details,
    changes: [
      {
        operation: "updateVip",
        parameters: { vip: present.uuid },
        body: {
          members: wanted.members,
          labels: mapPatch(labels, wanted.labels),
          options: mapPatch(options, wanted.options),
        },
        ifMatch: present.revision,
      },
    ],
  };
};

/** A VIP of the cluster, as a document says it. */
export function presentVip({ uuid, ip, network, members, labels, options, revision }: Vip): Present<"Vip"> {
  return {
    content: { kind: "Vip", network: network.name, ip, members, labels, options },
    uuid,
    revision,
    isEngines: false,
    isBeingRemoved: false,
    users: 0,
  };
}

import type { Organization, Zone } from "../../center/schemas/tenancy.ts";
import type { Present } from "./describe-cluster.ts";
import { type Content, titleOf } from "./kinds.ts";
import { type Change, differences, mapPatch, type Planner, type Proposal, summaryOf } from "./step.ts";

type Level = "Organization" | "Zone";

export const planOrganization: Planner<"Organization"> = ({ document: { content, place }, present }) => {
  const { kind: _kind, ...body } = content;
  const organization = content.name;
  return planned(content, place, present?.content, {
    create: { operation: "createOrganization", body },
    update: (patch) => ({
      operation: "updateOrganization",
      parameters: { organization },
      body: patch,
      ifMatch: present?.revision,
    }),
  });
};

export const planZone: Planner<"Zone"> = ({ document: { content, place }, present }) => {
  const { kind: _kind, ...body } = content;
  const zone = content.name;
  return planned(content, place, present?.content, {
    create: { operation: "createZone", body },
    update: (patch) => ({
      operation: "updateZone",
      parameters: { zone },
      body: patch,
      ifMatch: present?.revision,
    }),
  });
};

type Maps = Pick<Content<Level>, "labels" | "options">;

/** How a level comes about, or is changed. */
interface Ways {
  readonly create: Change;
  readonly update: (patch: { readonly [Map in keyof Maps]: ReturnType<typeof mapPatch> }) => Change;
}

function planned(
  content: Content<Level>,
  place: string,
  now: Maps | undefined,
  { create, update }: Ways,
): Proposal | undefined {
  const common = { kind: content.kind, title: titleOf(content), place } as const;
  if (now === undefined) return { ...common, mark: "+", details: summaryOf(content), changes: [create] };
  const { labels, options } = content;
  const details = differences({ labels: now.labels, options: now.options }, { labels, options });
  if (details.length === 0) return undefined;
  const patch = { labels: mapPatch(now.labels, labels), options: mapPatch(now.options, options) };
  return { ...common, mark: "~", details, changes: [update(patch)] };
}

/** An organization of the cluster, as a document says it. */
export function presentOrganization(row: Organization): Present<"Organization"> {
  const { uuid, name, labels, options, revision } = row;
  return { ...idle, content: { kind: "Organization", name, labels, options }, uuid, revision };
}

/** A zone of the cluster, as a document says it. */
export function presentZone({ uuid, name, labels, options, revision }: Zone): Present<"Zone"> {
  return { ...idle, content: { kind: "Zone", name, labels, options }, uuid, revision };
}

/** What is in a level has documents of its own. */
const idle = { isEngines: false, isBeingRemoved: false, users: 0 } as const;

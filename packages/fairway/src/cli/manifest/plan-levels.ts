import type { LevelPatch, Organization, OrganizationPatch, Zone } from "../../center/schemas/tenancy.ts";
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

/** What of a level may change, each a map. */
type Maps = Pick<Content<Level>, "labels" | "options"> & Partial<Pick<Content<"Organization">, "quotas">>;
type Patch = Pick<LevelPatch, "labels" | "options"> & Pick<OrganizationPatch, "quotas">;

/** How a level comes about, or is changed. */
interface Ways {
  readonly create: Change;
  readonly update: (patch: Patch) => Change;
}

function planned(
  content: Content<Level> & Maps,
  place: string,
  now: Maps | undefined,
  { create, update }: Ways,
): Proposal | undefined {
  const common = { kind: content.kind, title: titleOf(content), place } as const;
  if (now === undefined) return { ...common, mark: "+", details: summaryOf(content), changes: [create] };
  const details = differences(mapsOf(now), mapsOf(content));
  if (details.length === 0) return undefined;
  const patch = {
    labels: mapPatch(now.labels, content.labels),
    options: mapPatch(now.options, content.options),
    ...(content.quotas !== undefined && { quotas: mapPatch(now.quotas ?? {}, content.quotas) }),
  };
  return { ...common, mark: "~", details, changes: [update(patch)] };
}

function mapsOf({ labels, options, quotas }: Maps): Maps {
  return { labels, options, ...(quotas !== undefined && { quotas }) };
}

/** An organization of the cluster, as a document says it. */
export function presentOrganization(row: Organization): Present<"Organization"> {
  const { uuid, name, labels, options, quotas, revision } = row;
  return { ...idle, content: { kind: "Organization", name, labels, options, quotas }, uuid, revision };
}

/** A zone of the cluster, as a document says it. */
export function presentZone({ uuid, name, labels, options, revision }: Zone): Present<"Zone"> {
  return { ...idle, content: { kind: "Zone", name, labels, options }, uuid, revision };
}

/** What is in a level has documents of its own. */
const idle = { isEngines: false, isBeingRemoved: false, users: 0 } as const;

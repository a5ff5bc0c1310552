import type { ApiClient } from "../../api/client.ts";
import { mostChanges } from "../../center/schemas/common.ts";
import { FairwayError } from "../../errors.ts";
import { describeCluster, type Present } from "./describe-cluster.ts";
import { type Fault, faultsOf, refusal } from "./faults.ts";
import { inStages, type Kind, keyOfContent } from "./kinds.ts";
import { planOrganization, planZone } from "./plan-levels.ts";
import { planNetwork, planPhysicalNetwork, planPhysicalPort } from "./plan-networks.ts";
import { planPolicy } from "./plan-policies.ts";
import { planRemovals } from "./plan-removals.ts";
import { planRouter } from "./plan-routers.ts";
import { planSecurityGroup } from "./plan-security-groups.ts";
import { planPort, planPrincipal, planReservation } from "./plan-users.ts";
import { planVip } from "./plan-vips.ts";
import type { PlacedDocument } from "./read-manifest.ts";
import type { Planner, Proposal, Result, Step } from "./step.ts";
import { transact } from "./transaction.ts";

/** What applying a manifest does. */
export interface Plan {
  /** One transaction, in this order. */
  readonly steps: readonly Step[];
  /** Another one, when the networks are gone that the first removes. */
  readonly later: readonly Step[];
  /** How many documents say what is so already. */
  readonly same: number;
}

const planners: { readonly [K in Kind]: Planner<K> } = {
  PhysicalNetwork: planPhysicalNetwork,
  PhysicalPort: planPhysicalPort,
  Organization: planOrganization,
  Zone: planZone,
  Network: planNetwork,
  Router: planRouter,
  SecurityGroup: planSecurityGroup,
  Policy: planPolicy,
  Reservation: planReservation,
  Port: planPort,
  Vip: planVip,
  Principal: planPrincipal,
};

/**
 * Compares a manifest with the cluster, and changes nothing: the center says what would be. Throws with a line for each document that cannot be so, naming file,
 * document and field.
 * @param isPruned whether what the API made, and no document says, is to go.
 */
export async function planManifest(
  client: ApiClient,
  documents: readonly PlacedDocument[],
  isPruned: boolean,
): Promise<Plan> {
  const { objects } = await describeCluster(client);
  // Of two objects with one key, the first is meant.
  const presents = new Map(objects.toReversed().map((each) => [keyOfContent(each.content), each]));
  const ordered = inStages(documents);
  const faults: Fault[] = [];
  const proposals: Proposal[] = [];
  for (const document of ordered) {
    const proposal = propose(document, presents, faults);
    if (proposal !== undefined) proposals.push(proposal);
  }
  const { steps: removals, later } = isPruned ? planRemovals(objects, documents) : { steps: [], later: [] };
  // What a domain that is there says of zones, and a group or policy of others, may name new ones.
  const isLate = ({ kind, mark }: Proposal) =>
    mark === "~" && (kind === "Router" || kind === "SecurityGroup" || kind === "Policy");
  const all: readonly Proposal[] = [
    ...proposals.filter((each) => !isLate(each)),
    ...proposals.filter(isLate),
    ...removals,
  ];
  const changes = all.flatMap((step) => step.changes);
  if (changes.length > mostChanges)
    throw new FairwayError(
      "invalid",
      `the plan has ${changes.length} changes, and one transaction has ${mostChanges} at most; apply the documents in parts, without --prune, and then all of them`,
    );
  const results = await rehearse(client, all, faults);
  if (faults.length > 0) throw refusal(faults, ordered);
  const steps = all.flatMap(({ detailsOf, ...step }, at) => {
    const details = detailsOf?.(results[at] ?? null) ?? step.details;
    return detailsOf !== undefined && details.length === 0 ? [] : [{ ...step, details }];
  });
  const said = steps.filter(({ place }) => place !== undefined).length;
  return { steps, later, same: documents.length - said };
}

/**
 * @param presents the objects of the cluster by their keys.
 * @param faults gets what is wrong with the document.
 */
function propose(
  document: PlacedDocument,
  presents: ReadonlyMap<string, Present>,
  faults: Fault[],
): Proposal | undefined {
  const { content, place } = document;
  const present = presents.get(keyOfContent(content));
  // Of one kind all three are.
  const planner = planners[content.kind] as unknown as Planner<Kind>;
  try {
    return planner({ document, present });
  } catch (error) {
    if (!(error instanceof FairwayError)) throw error;
    const { code, message } = error;
    faults.push({ place, code, text: message });
    return undefined;
  }
}

/**
 * What the center would answer to all steps.
 * @param faults gets what is wrong with them.
 */
async function rehearse(
  client: ApiClient,
  steps: readonly Step[],
  faults: Fault[],
): Promise<readonly Result[]> {
  try {
    return await transact(client, steps, true);
  } catch (error) {
    faults.push(...faultsOf(error, steps));
    return [];
  }
}

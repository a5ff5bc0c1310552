import type { ApiClient } from "../../api/client.ts";
import { type ErrorCode, FairwayError } from "../../errors.ts";
import { describeCluster, type Present } from "./describe-cluster.ts";
import { identityOf, type Kind, kindNames } from "./kinds.ts";
import { planNetwork, planPhysicalNetwork, planPhysicalPort } from "./plan-networks.ts";
import { planRemovals } from "./plan-removals.ts";
import { planRouter } from "./plan-routers.ts";
import { planPort, planPrincipal, planReservation } from "./plan-users.ts";
import type { PlacedDocument } from "./read-manifest.ts";
import type { Planner, Step } from "./step.ts";

/** What applying a manifest does, in this order. */
export interface Plan {
  readonly steps: readonly Step[];
  /** How many documents say what is so already. */
  readonly same: number;
}

const planners: { readonly [K in Kind]: Planner<K> } = {
  PhysicalNetwork: planPhysicalNetwork,
  PhysicalPort: planPhysicalPort,
  Network: planNetwork,
  Router: planRouter,
  Reservation: planReservation,
  Port: planPort,
  Principal: planPrincipal,
};

/** What the center says of a document; with another error it has not looked at it. */
const verdicts: readonly ErrorCode[] = [
  "invalid",
  "not_found",
  "conflict",
  "in_use",
  "exhausted",
  "unsupported",
];

/**
 * Compares a manifest with the cluster, and changes nothing. Throws with a line for each document that cannot be so, naming file, document and field.
 * @param isPruned whether what the API made, and no document says, is to go.
 */
export async function planManifest(
  client: ApiClient,
  documents: readonly PlacedDocument[],
  isPruned: boolean,
): Promise<Plan> {
  const { objects } = await describeCluster(client);
  const faults: { readonly code: ErrorCode; readonly text: string }[] = [];
  const steps: Step[] = [];
  const pending = new Set<string>();
  for (const kind of kindNames)
    for (const document of documents.filter(({ content }) => content.kind === kind)) {
      try {
        const step = await planOne(client, document, objects, pending);
        if (step === undefined) continue;
        steps.push(step);
        pending.add(`${kind} ${identityOf(document.content)}`);
      } catch (error) {
        const fault = placed(error, document.place);
        faults.push({ code: fault.code, text: fault.message });
        // What needs it is not wrong for that.
        pending.add(`${kind} ${identityOf(document.content)}`);
      }
    }
  const [first] = faults;
  if (first !== undefined) throw new FairwayError(first.code, faults.map(({ text }) => text).join("\n"));
  const same = documents.length - steps.length;
  return { steps: [...steps, ...(isPruned ? planRemovals(objects, documents) : [])], same };
}

/**
 * Carries out a plan, step after step; the first that fails ends it, and says where. What was done stays: the same manifest may be applied again.
 * @param tell is told each step that is done, with what a person must see now.
 */
export async function carryOut(
  client: ApiClient,
  { steps }: Plan,
  tell: (step: Step, word: string | undefined) => void,
): Promise<void> {
  for (const step of steps) {
    try {
      tell(step, await step.carryOut(client));
    } catch (error) {
      throw placed(error, step.place ?? step.title);
    }
  }
}

function planOne(
  client: ApiClient,
  document: PlacedDocument,
  objects: readonly Present[],
  pending: ReadonlySet<string>,
): Promise<Step | undefined> {
  const { content } = document;
  const present = objects.find(
    (each) => each.content.kind === content.kind && identityOf(each.content) === identityOf(content),
  );
  // Of one kind all three are.
  const planner = planners[content.kind] as unknown as Planner<Kind>;
  return planner({
    client,
    document,
    present,
    isPending: (kind, name) => pending.has(`${kind} ${name}`),
  });
}

/** What the center says of a document, with the place of that. Throws every other error. */
function placed(error: unknown, place: string): FairwayError {
  const isOfDocument =
    error instanceof FairwayError && (verdicts.includes(error.code) || error.code === "precondition_failed");
  if (!isOfDocument) throw error;
  const { code, fields, message } = error;
  const details =
    fields.length === 0
      ? [message]
      : fields.map(({ field, detail }) => (detail.includes(field) ? detail : `${field}: ${detail}`));
  return new FairwayError(code, details.map((detail) => `${place}: ${detail}`).join("\n"), { cause: error });
}

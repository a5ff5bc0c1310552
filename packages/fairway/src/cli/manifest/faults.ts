import { type ErrorCode, FairwayError } from "../../errors.ts";
import { keyOfContent, needsOf } from "./kinds.ts";
import type { PlacedDocument } from "./read-manifest.ts";
import type { Step } from "./step.ts";

/** What of a manifest cannot be. */
export interface Fault {
  /** Of the document; what is to go has a title. */
  readonly place: string;
  readonly code: ErrorCode;
  readonly text: string;
}

/** What the center says of the changes of a transaction, by their steps. Throws every other error. */
export function faultsOf(error: unknown, steps: readonly Step[]): readonly Fault[] {
  if (!(error instanceof FairwayError)) throw error;
  const stepOfChange = steps.flatMap((step) => step.changes.map(() => step));
  const faults = error.fields.flatMap(({ field, detail }) => {
    const [, at = "", name = ""] = /^changes\[(\d+)\](?:\.(?:body\.)?(.+))?$/.exec(field) ?? [];
    const step = stepOfChange[Number(at)];
    if (at === "" || step === undefined) return [];
    // Which change of the transaction it is is nobody's business here.
    const said = detail.replaceAll(`changes[${at}].body.`, "").replaceAll(`changes[${at}].`, "");
    const text = name === "" || said.includes(name) ? said : `${name}: ${said}`;
    return [{ place: step.place ?? step.title, code: error.code, text }];
  });
  if (faults.length === 0) throw error;
  return faults;
}

/** One error of all faults, in the order of the documents; what needs an object that is wrong is not wrong for that. */
export function refusal(faults: readonly Fault[], documents: readonly PlacedDocument[]): FairwayError {
  const broken = new Set<string>();
  const told: Fault[] = [];
  for (const { content, place } of documents) {
    const own = faults.filter((fault) => fault.place === place);
    if (own.length === 0) continue;
    if (!needsOf(content).some((needed) => broken.has(needed))) told.push(...own);
    broken.add(keyOfContent(content));
  }
  const places = new Set(documents.map(({ place }) => place));
  told.push(...faults.filter(({ place }) => !places.has(place)));
  const text = told.map((fault) => `${fault.place}: ${fault.text}`).join("\n");
  return new FairwayError(told[0]?.code ?? "invalid", text);
}

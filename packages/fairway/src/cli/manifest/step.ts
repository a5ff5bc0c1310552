import type { ApiClient } from "../../api/client.ts";
import { FairwayError } from "../../errors.ts";
import type { Present } from "./describe-cluster.ts";
import type { Content, Kind } from "./kinds.ts";
import type { PlacedDocument } from "./read-manifest.ts";

/** One change of a transaction of the API. */
export type Change = Parameters<ApiClient["transact"]>[1]["changes"][number];

/** What the API answers to one change. */
export type Result = Awaited<ReturnType<ApiClient["transact"]>>["results"][number];

/** What applying a manifest does to one object. */
export interface Step {
  /** It is made, changed, or removed. */
  readonly mark: "+" | "~" | "-";
  readonly kind: Kind;
  /** `network blue`. */
  readonly title: string;
  /** Where a document says it; absent where it goes because none does. */
  readonly place?: string | undefined;
  /** What is different afterwards, a line each. */
  readonly details: readonly string[];
  /** Whose traffic ends; absent where nobody's does. */
  readonly cuts?: string | undefined;
  /** What the API is asked for, in this order. */
  readonly changes: readonly Change[];
}

/** A step before the center has looked at it. */
export interface Proposal extends Step {
  /** What is different by what the center says would be; without a line nothing is. Absent: what `details` say. */
  readonly detailsOf?: (result: Result) => readonly string[];
}

/** What a document is compared with. */
interface Comparison<K extends Kind> {
  readonly document: PlacedDocument<K>;
  /** Undefined: it is not there yet. */
  readonly present: Present<K> | undefined;
}

/** Plans one document; undefined: it is as the document says. Throws where the document asks for what cannot be. */
export type Planner<K extends Kind> = (comparison: Comparison<K>) => Proposal | undefined;

/** Fields that differ, a line each. */
export function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.keys({ ...before, ...after }).flatMap((field) => {
    const [one, other] = [shown(before[field]), shown(after[field])];
    return one === other ? [] : [`${field}: ${one} → ${other}`];
  });
}

/** What a new object is to be, in one line; what is empty says nothing. */
export function summaryOf({
  kind: _kind,
  name: _name,
  ...fields
}: Content & { readonly name?: string }): string[] {
  return Object.entries(fields)
    .filter(([, value]) => !isEmpty(value))
    .map(([field, value]) => `${field}: ${shown(value)}`);
}

/** Throws `invalid`, naming the field, where an object differs in what cannot change. */
export function refuseChange(
  what: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): void {
  for (const [field, value] of Object.entries(after)) {
    if (shown(value) === shown(before[field])) continue;
    const detail = `${field} of a ${what} cannot change: it is ${shown(before[field])}, and the document says ${shown(value)}; remove the ${what} first`;
    throw new FairwayError("invalid", detail, { fields: [{ field, detail }] });
  }
}

/** A merge patch that makes one map another (RFC 7396). */
export function mapPatch<V extends string | number | undefined>(
  before: Readonly<Record<string, V>>,
  after: Readonly<Record<string, V>>,
): Record<string, V | null> {
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return { ...Object.fromEntries(gone.map((key) => [key, null])), ...after };
}

function shown(value: unknown): string {
  if (isEmpty(value)) return "none";
  return typeof value === "string" ? value : JSON.stringify(value, inOrder);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Maps have no order. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

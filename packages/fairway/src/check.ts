import { z } from "zod";
import { shorten } from "./free-text.ts";
import { nearestName } from "./runtime/nearest-name.ts";

export interface Fault {
  readonly path: readonly PropertyKey[];
  /** For an unknown key, that key below `path`. */
  readonly unknownKey: string | undefined;
  /** Names the field, what was wrong and what would be right. */
  readonly message: string;
}

export type Checked<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Parses what a person or another program wrote; every fault is told in words that help to mend it. */
export function check<Schema extends z.ZodType>(schema: Schema, input: unknown): Checked<z.output<Schema>> {
  const result = schema.safeParse(input, { error: requirement });
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, faults: result.error.issues.flatMap((issue) => faultsOf(issue, input)) };
}

/** The field that a fault is about: `subnets[0].cidr`; empty for the whole. */
export function fieldOf({ path, unknownKey }: Fault): string {
  return fieldName(unknownKey === undefined ? path : [...path, unknownKey]);
}

/** `subnets[0].cidr`; empty for the whole. */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === "number") return `${name}[${part}]`;
    const field = shorten(String(part), 80);
    return name === "" ? field : `${name}.${field}`;
  }, "");
}

function faultsOf(issue: z.core.$ZodIssue, input: unknown): readonly Fault[] {
  const { path } = issue;
  const name = fieldName(path);
  if (issue.code === "unrecognized_keys") {
    const where = name === "" ? "" : ` in ${name}`;
    const hints = issue.message.split(hintSeparator);
    return issue.keys.slice(0, toldAtMost).map((unknownKey, index) => ({
      path,
      unknownKey,
      message: `unknown key "${shorten(unknownKey, 80)}"${where}; ${hints[index] ?? issue.message}`,
    }));
  }
  const value = valueAt(input, path);
  const message =
    value === undefined
      ? `${name || "the content"} is missing; it ${issue.message}`
      : `${name || "the content"} ${issue.message}; it is ${shown(value)}`;
  return [{ path, unknownKey: undefined, message }];
}

/** What a schema without words of its own demands. zod calls it where the schema itself carries no message. */
function requirement(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${withArticle(issue.expected)}`;
    case "too_big":
      return `must ${amount(issue.origin, "at most", Number(issue.maximum))}`;
    case "too_small":
      return `must ${amount(issue.origin, "at least", Number(issue.minimum))}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values)}`;
    case "invalid_format":
      return `must be a valid ${issue.format === "uuid" ? "UUID" : issue.format}`;
    case "unrecognized_keys":
      return issue.keys
        .slice(0, toldAtMost)
        .map((key) => hintFor(key, issue.inst))
        .join(hintSeparator);
    case "invalid_key":
      return `must have another name: it ${issue.issues[0]?.message ?? "is not a valid one"}`;
    case "invalid_union":
      return unionRequirement(issue.errors);
    default:
      return "must have another value";
  }
}

/** zod keeps one message for all unknown keys of an object. */
const hintSeparator = "\n";

/** Unknown keys of one object: hints are not free, and the object may be an enemy's. */
const toldAtMost = 20;

function hintFor(key: string, schema: unknown): string {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const nearest = nearestName(key, known);
  return nearest === undefined ? `known here: ${known.join(", ")}` : `did you mean "${nearest}"?`;
}

function unionRequirement(branches: readonly (readonly z.core.$ZodIssue[])[]): string {
  const issues = branches.flat();
  const values = issues.flatMap((issue) => (issue.code === "invalid_value" ? issue.values : []));
  if (values.length === issues.length && values.length > 0) return `must be ${oneOf(values)}`;
  return [...new Set(issues.map((issue) => issue.message))].join(", or ");
}

function oneOf(values: readonly z.core.util.Primitive[]): string {
  const shown = values.map((value) => (typeof value === "string" ? `"${value}"` : String(value)));
  return shown.length === 1 ? String(shown[0]) : `one of ${shown.join(", ")}`;
}

function amount(origin: string, bound: string, count: number): string {
  if (origin === "string") return `have ${bound} ${count} characters`;
  if (origin === "array" || origin === "set") return `have ${bound} ${count} items`;
  return `be ${bound} ${count}`;
}

function withArticle(type: string): string {
  if (type === "int") return "a whole number";
  if (type === "object" || type === "record") return "an object with named fields";
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return shorten(JSON.stringify(value) ?? String(value), 80);
}

import { type Field, nameOf } from "./fields.ts";

/** One wrong value for a field. */
export interface WrongInput {
  readonly what: string;
  /** Undefined: the field is left out. */
  readonly value: unknown;
}

/** What a schema alone tells to be wrong: another type, nothing at all, too much. */
export function wrongInputs({ path, description, required }: Field): readonly WrongInput[] {
  const { type, anyOf, properties, additionalProperties, maxLength, minLength, maxItems, minimum, maximum } =
    description;
  const takesText = [description, ...(anyOf ?? [])].some((each) => each.type === "string");
  const wrong: WrongInput[] = [{ what: "wrong type", value: takesText ? 7 : "text" }];
  if (type !== "object") wrong.push({ what: "an object", value: { a: 1 } });
  if (required && path.length > 0) wrong.push({ what: "missing", value: undefined });
  if (type === "string") wrong.push({ what: "over-long", value: "a".repeat((maxLength ?? 10_000) + 1) });
  if (type === "string")
    wrong.push({ what: "NUL", value: "a\0b" }, { what: "half a character", value: "\ud83d" });
  if (minLength !== undefined) wrong.push({ what: "empty", value: "" });
  if (minimum !== undefined) wrong.push({ what: "too small", value: minimum - 1 });
  if (maximum !== undefined) wrong.push({ what: "too large", value: maximum + 1 });
  if (type === "integer") wrong.push({ what: "a fraction", value: (minimum ?? 0) + 0.5 });
  if (type === "array") {
    if (maxItems === undefined) throw new Error(`${nameOf(path)} is a list without a bound`);
    if (maxItems < Infinity)
      wrong.push({ what: "too many items", value: Array.from({ length: maxItems + 1 }, () => "") });
  }
  if (properties === undefined && additionalProperties !== undefined) wrong.push(...wrongMaps);
  return wrong;
}

/** Maps of texts to texts: at most 256 entries, keys of 255 characters, values of 4096. */
const wrongMaps: readonly WrongInput[] = [
  { what: "a map to numbers", value: { a: 1 } },
  { what: "a map with an over-long key", value: { ["k".repeat(256)]: "" } },
  { what: "a map with an over-long value", value: { a: "v".repeat(4097) } },
  { what: "a map with NUL in a key", value: { "a\0": "" } },
  { what: "a map with half a character", value: { a: "\ude00" } },
  {
    what: "a map with too many entries",
    value: Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`k${index}`, ""])),
  },
];

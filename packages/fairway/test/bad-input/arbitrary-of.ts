import type { z } from "zod";
import fc from "../../../../test/fast-check.ts";

/** What foreign text is made of where somebody means harm, or has a strange keyboard. */
const hostileTexts: readonly string[] = [
  "",
  " ",
  "\0",
  "a\0b",
  "\ud83d",
  "b\ude00",
  "😀",
  "\u{10ffff}",
  "\uffff\ufffe",
  "\ufeff",
  "\u202etxet\u2066",
  "é".repeat(255),
  "é".repeat(4096),
  "x".repeat(256),
  "\u0001\u001b[2J\r\n\t\u007f",
  "\"\\{}[]'`$(reboot)",
  "../../etc/passwd",
  "%00%2f..",
  "__proto__",
  "constructor",
  "null",
  "named-uuid",
  '["uuid","x"]',
  "|a|",
];

/** Above what a request may have. */
const hugeText = "y".repeat(1024 * 1024);

/**
 * Values that a schema takes or nearly takes: right ones from the dictionary, hostile ones, and sometimes wrong ones.
 * @param dictionary texts of which some are right for each kind of field: addresses, ids, names that exist
 */
export function arbitraryOf(schema: z.core.$ZodType, dictionary: readonly string[]): fc.Arbitrary<unknown> {
  const of = (inner: z.core.$ZodType) => arbitraryOf(inner, dictionary);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "string":
      return textsFor(schema, dictionary);
    case "number":
      return numbersFor(schema as z.ZodNumber);
    case "boolean":
      return fc.boolean();
    case "literal":
      return fc.constantFrom(...def.values);
    case "enum":
      return fc.constantFrom(...Object.values(def.entries));
    case "union":
      return fc.oneof(...def.options.map(of));
    case "array":
      return listsOf(of(def.element));
    case "record":
      return fc.dictionary(of(def.keyType) as fc.Arbitrary<string>, of(def.valueType), { maxKeys: 5 });
    case "object": {
      const fields = Object.entries(def.shape).map(([name, field]) => [name, of(field)] as const);
      const required = Object.entries(def.shape).flatMap(([name, field]) =>
        takesNothing(field) ? [] : [name],
      );
      return fc.record(Object.fromEntries(fields), { requiredKeys: required });
    }
    case "optional":
    case "default":
    case "prefault":
      return fc.oneof(
        { weight: 4, arbitrary: of(def.innerType) },
        { weight: 1, arbitrary: fc.constant(undefined) },
      );
    case "nullable":
      return fc.oneof(
        { weight: 4, arbitrary: of(def.innerType) },
        { weight: 1, arbitrary: fc.constant(null) },
      );
    case "pipe":
      return of((def.in as z.core.$ZodTypes)._zod.def.type === "transform" ? def.out : def.in);
    case "unknown":
      return fc.oneof(textsFor(schema, dictionary), fc.jsonValue());
    default:
      throw new Error(`no values of a schema "${def.type}": say how they are made`);
  }
}

/** Each kind as often as the others, the huge one seldom. */
function textsFor(schema: z.core.$ZodType, dictionary: readonly string[]): fc.Arbitrary<string> {
  const takes = (text: string) => (schema as z.ZodType).safeParse(text).success;
  const right = dictionary.filter(takes);
  const hostile = hostileTexts.filter(takes);
  const among = (texts: readonly string[], weight: number) =>
    texts.length === 0 ? [] : [{ weight, arbitrary: fc.constantFrom(...texts) }];
  return fc.oneof(
    ...among(right, 60),
    ...among(hostile, 20),
    { weight: 6, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
    { weight: 3, arbitrary: fc.constantFrom(...hostileTexts) },
    { weight: 1, arbitrary: fc.constantFrom(hugeText, ...dictionary) },
  );
}

function numbersFor({ minValue, maxValue }: z.ZodNumber): fc.Arbitrary<number> {
  const min = Math.max(minValue ?? -10, Number.MIN_SAFE_INTEGER);
  const max = Math.min(maxValue ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min, max }) },
    { weight: 2, arbitrary: fc.constantFrom(min, max) },
    { weight: 1, arbitrary: fc.constantFrom(min - 1, max + 1, 0.5) },
  );
}

/** Short ones, often with the same item twice. */
function listsOf(item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> {
  return fc
    .tuple(fc.array(item, { maxLength: 4 }), fc.boolean())
    .map(([list, twice]) => (twice ? [...list, ...list.slice(0, 2)] : list));
}

function takesNothing(field: z.core.$ZodType): boolean {
  return (field as z.ZodType).safeParse(undefined).success;
}

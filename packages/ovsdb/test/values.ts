import fc from "../../../test/fast-check.ts";
import type { BaseType, ColumnType } from "../src/schema.ts";

/** Text that OVSDB can hold: any Unicode but NUL. */
const text = fc
  .string({ unit: "grapheme", maxLength: 8 })
  .filter((value) => !value.includes("\0") && Array.from(value).length <= 8);

/** Values that a column of this type takes. */
export function columnArbitrary(type: ColumnType): fc.Arbitrary<unknown> {
  const { key, value, min, max } = type;
  const maxLength = Math.min(max, 6);
  if (value !== undefined) {
    const entries = fc.uniqueArray(fc.tuple(atomArbitrary(key).map(String), atomArbitrary(value)), {
      selector: ([name]) => name,
      minLength: min,
      maxLength,
    });
    return entries.map((pairs) => Object.fromEntries(pairs));
  }
  if (max > 1) return fc.uniqueArray(atomArbitrary(key), { minLength: min, maxLength });
  return min === 0 ? fc.option(atomArbitrary(key)) : atomArbitrary(key);
}

/** The value as a row shows it. */
export function sortedValue(value: unknown): unknown {
  return Array.isArray(value) ? value.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)) : value;
}

/** Notation written without the codec, and without the codec's checks. */
export function wireOf({ key, value, max, min }: ColumnType, plain: unknown): unknown {
  if (value !== undefined) {
    return [
      "map",
      Object.entries(plain as object).map(([name, atom]) => [
        wireAtom(key, key.type === "integer" ? Number(name) : name),
        wireAtom(value, atom),
      ]),
    ];
  }
  if (max > 1) return ["set", (plain as unknown[]).map((atom) => wireAtom(key, atom))];
  return min === 0 && plain === null ? ["set", []] : wireAtom(key, plain);
}

function wireAtom(type: BaseType, atom: unknown): unknown {
  return type.type === "uuid" ? ["uuid", atom] : atom;
}

function atomArbitrary(type: BaseType): fc.Arbitrary<string | number | boolean> {
  if (type.enum !== undefined) return fc.constantFrom(...type.enum);
  const { minimum = -1e15, maximum = 1e15, minLength = 0 } = type;
  const kinds = {
    boolean: fc.boolean(),
    integer: fc.integer({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9) }),
    // A server writes 15 digits of a real number, fewer than JavaScript does.
    real: fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 64),
    string: text.filter((value) => value.length >= minLength),
    uuid: fc.uuid(),
  };
  return kinds[type.type];
}

import { type AtomCodec, atomCodec, compareAtoms, invalid } from "./atom-codec.ts";
import { OvsdbError } from "./errors.ts";
import type { Atom, WireMap, WireSet, WireValue } from "./notation.ts";
import type { ColumnValue } from "./row-types.ts";
import type { ColumnType } from "./schema.ts";

/** Turns one column's values into notation and back. Values that it gives are frozen. */
export interface ColumnCodec {
  readonly kind: "scalar" | "optional" | "set" | "map";
  readonly key: AtomCodec;
  readonly value: AtomCodec | undefined;
  /** What a column holds that was never written (RFC 7047 §5.2.1); a server leaves it out of `update2`. */
  readonly defaultValue: ColumnValue;
  /** Throws "protocol error". */
  decode(wire: unknown): ColumnValue;
  /**
   * Checks the schema's constraints; throws "invalid value".
   * @param part the value is only a part of a set or map, so the bounds of its size do not count
   */
  encode(value: unknown, part?: "part"): WireValue;
  /** Applies a difference as `update2` carries it (ovsdb-server(7) §4.1.14). */
  applyDiff(old: ColumnValue, wire: unknown): ColumnValue;
}

const emptySet: readonly Atom[] = Object.freeze([]);
const emptyMap: Readonly<Record<string, Atom>> = Object.freeze({});

/**
 * Reads and writes values of a column (RFC 7047 §3.2, `<type>`). @param place what an error names, e.g. `Bridge.ports`.
 */
export function columnCodec(type: ColumnType, place: string): ColumnCodec {
  const key = atomCodec(type.key, place);
  if (type.value !== undefined) return mapCodec(type, key, atomCodec(type.value, place), place);
  if (type.max > 1) return setCodec(type, key, place);
  return type.min === 0 ? optionalCodec(key, place) : scalarCodec(key);
}

/** Whether two values of one column are equal. Lists are compared in their order: codecs sort sets. */
export function sameValue(a: ColumnValue, b: ColumnValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((atom, index) => atom === b[index]);
  if (isList(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}

function isList(value: unknown): value is readonly Atom[] {
  return Array.isArray(value);
}

function scalarCodec(key: AtomCodec): ColumnCodec {
  const decode = (wire: unknown) => key.decode(wire);
  return {
    kind: "scalar",
    key,
    value: undefined,
    // Constraints do not count here: a column with an enum holds "" until it is written.
    defaultValue: key.defaultValue,
    decode,
    encode: (value) => key.encode(value),
    applyDiff: (_old, wire) => decode(wire),
  };
}

function optionalCodec(key: AtomCodec, place: string): ColumnCodec {
  const decode = (wire: unknown) => {
    const elements = wireElements(wire, "set");
    if (elements === undefined) return key.decode(wire);
    if (elements.length > 1) throw tooMany(place);
    return elements.length === 0 ? null : key.decode(elements[0]);
  };
  return {
    kind: "optional",
    key,
    value: undefined,
    defaultValue: null,
    decode,
    encode: (value) => (value === null ? ["set", []] : key.encode(value)),
    applyDiff: (_old, wire) => decode(wire),
  };
}

function setCodec({ min, max }: ColumnType, key: AtomCodec, place: string): ColumnCodec {
  const decode = (wire: unknown): readonly Atom[] => {
    const elements = wireElements(wire, "set");
    if (elements === undefined) return Object.freeze([key.decode(wire)]);
    if (elements.length === 0) return emptySet;
    const atoms = elements.map((element) => key.decode(element));
    return Object.freeze(atoms.length > 1 ? atoms.sort(compareAtoms) : atoms);
  };
  return {
    kind: "set",
    key,
    value: undefined,
    defaultValue: min === 0 ? emptySet : Object.freeze([key.defaultValue]),
    decode,
    encode(value, part): WireSet {
      if (!Array.isArray(value)) throw invalid(place, value, "an array (the column is a set)");
      if (part === undefined) checkSize(value.length, min, max, place);
      const atoms = value.map((atom) => key.encode(atom));
      const written = new Set(atoms.map((atom) => JSON.stringify(atom)));
      if (written.size < atoms.length) throw invalid(place, value, "free of duplicates");
      return ["set", atoms];
    },
    applyDiff: (old, wire) => symmetricDifference(isList(old) ? old : emptySet, decode(wire)),
  };
}

/** Both sides are sorted. */
function symmetricDifference(a: readonly Atom[], b: readonly Atom[]): readonly Atom[] {
  const merged: Atom[] = [];
  let j = 0;
  for (const atom of a) {
    let other = b[j];
    while (other !== undefined && compareAtoms(other, atom) < 0) {
      merged.push(other);
      other = b[++j];
    }
    if (other === atom) j++;
    else merged.push(atom);
  }
  for (const atom of b.slice(j)) merged.push(atom);
  return merged.length === 0 ? emptySet : Object.freeze(merged);
}

function mapCodec({ min, max }: ColumnType, key: AtomCodec, value: AtomCodec, place: string): ColumnCodec {
  const decodePairs = (wire: unknown): [string, Atom][] => {
    const pairs = wireElements(wire, "map");
    if (pairs === undefined) {
      throw new OvsdbError("protocol error", `${place}: the server did not send a map`);
    }
    return pairs.map((pair) => {
      if (!Array.isArray(pair)) {
        throw new OvsdbError("protocol error", `${place}: a map's pair is not an array`);
      }
      return [key.keyToString(key.decode(pair[0])), value.decode(pair[1])];
    });
  };
  return {
    kind: "map",
    key,
    value,
    defaultValue: min === 0 ? emptyMap : freezeMap([[String(key.defaultValue), value.defaultValue]]),
    decode: (wire) => freezeMap(decodePairs(wire)),
    encode(map, part): WireMap {
      if (typeof map !== "object" || map === null || Array.isArray(map)) {
        throw invalid(place, map, "an object (the column is a map)");
      }
      const entries = Object.entries(map).filter(([, atom]) => atom !== undefined);
      if (part === undefined) checkSize(entries.length, min, max, place);
      const pairs = entries.map(
        ([name, atom]) => [key.encode(key.keyFromString(name)), value.encode(atom)] as const,
      );
      return ["map", pairs];
    },
    applyDiff(old, wire) {
      if (max === 1) return freezeMap(decodePairs(wire));
      const entries = new Map(Object.entries(old ?? emptyMap));
      for (const [name, atom] of decodePairs(wire)) {
        if (entries.get(name) === atom) entries.delete(name);
        else entries.set(name, atom);
      }
      return freezeMap([...entries]);
    },
  };
}

/** `fromEntries` makes own properties also of names such as `__proto__`. */
function freezeMap(entries: [string, Atom][]): Readonly<Record<string, Atom>> {
  if (entries.length === 0) return emptyMap;
  return Object.freeze(
    Object.fromEntries(entries.length > 1 ? entries.sort(([a], [b]) => compareAtoms(a, b)) : entries),
  );
}

function wireElements(wire: unknown, tag: "set" | "map"): readonly unknown[] | undefined {
  if (!Array.isArray(wire) || wire[0] !== tag) return undefined;
  const elements: unknown = wire[1];
  return Array.isArray(elements) ? elements : undefined;
}

function checkSize(size: number, min: number, max: number, place: string): void {
  if (size >= min && size <= max) return;
  const bounds = max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`;
  throw new OvsdbError("invalid value", `${place}: ${size} elements where ${bounds} are allowed`);
}

function tooMany(place: string): OvsdbError {
  return new OvsdbError("protocol error", `${place}: the server sent several values for an optional column`);
}

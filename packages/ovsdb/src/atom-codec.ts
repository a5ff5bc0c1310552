import { OvsdbError } from "./errors.ts";
import { intern } from "./intern.ts";
import type { Atom, WireAtom } from "./notation.ts";
import type { BaseType } from "./schema.ts";

/** Reads and writes one atom of a column. `place` stands in messages: `Logical_Switch.name`. */
export interface AtomCodec {
  readonly type: BaseType;
  readonly defaultValue: Atom;
  decode(wire: unknown): Atom;
  /** Checks the schema's constraints; throws "invalid value". */
  encode(value: unknown): WireAtom;
  /** A key of a map, as it stands in a JavaScript object, and back. */
  keyToString(key: Atom): string;
  keyFromString(key: string): Atom;
}

export const zeroUuid = "00000000-0000-0000-0000-000000000000";
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const namePattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const defaults = { integer: 0, real: 0, boolean: false, string: "", uuid: zeroUuid } as const;

/** Reads and writes atoms of a type (RFC 7047 §5.1). @param place what an error names, e.g. `Bridge.name`. */
export function atomCodec(type: BaseType, place: string): AtomCodec {
  return {
    type,
    defaultValue: defaults[type.type],
    decode: decoder(type, place),
    encode: encoder(type, place),
    keyToString: String,
    keyFromString: keyReader(type, place),
  };
}

/** The order in which sets are kept. */
export function compareAtoms(a: Atom, b: Atom): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Reads `["uuid", "…"]`; undefined when it is something else. */
export function readUuid(wire: unknown): string | undefined {
  if (!Array.isArray(wire) || wire.length !== 2 || wire[0] !== "uuid") return undefined;
  const uuid: unknown = wire[1];
  return typeof uuid === "string" ? uuid : undefined;
}

/** Checks a UUID that a client chose. Throws "invalid value". */
export function checkUuid(value: unknown, place: string): string {
  if (typeof value === "string" && uuidPattern.test(value)) return value;
  throw invalid(place, value, "a UUID in lower case");
}

/** Checks a name of a lock, or one that stands for a row (an `<id>` of RFC 7047 §3.1). Throws "invalid value". */
export function checkId(value: unknown, place: string): string {
  if (typeof value === "string" && namePattern.test(value)) return value;
  throw invalid(place, value, "a name of letters, digits and underscores");
}

/** The error for a value that a column cannot have. @param expected what it must be, in words. */
export function invalid(place: string, value: unknown, expected: string): OvsdbError {
  const shown = JSON.stringify(value) ?? String(value);
  const short = shown.length > 80 ? `${shown.slice(0, 77).toWellFormed()}...` : shown;
  return new OvsdbError("invalid value", `${place}: ${short} is not ${expected}`);
}

function decoder(type: BaseType, place: string): (wire: unknown) => Atom {
  const kind = type.type;
  if (kind === "uuid") return (wire) => intern(readUuid(wire) ?? unreadable(place, wire, kind));
  if (kind === "string")
    return (wire) => {
      if (typeof wire !== "string") return unreadable(place, wire, kind);
      return wire.length <= zeroUuid.length ? intern(wire) : wire;
    };
  const expected = kind === "integer" || kind === "real" ? "number" : kind;
  return (wire) => (typeof wire === expected ? (wire as Atom) : unreadable(place, wire, kind));
}

function unreadable(place: string, wire: unknown, expected: string): never {
  const shown = (JSON.stringify(wire) ?? "nothing").slice(0, 80).toWellFormed();
  throw new OvsdbError("protocol error", `${place}: the server sent ${shown} in place of ${expected}`);
}

function encoder(type: BaseType, place: string): Check {
  const check = checkers[type.type](type, place);
  if (type.enum === undefined) return check;
  const allowed: ReadonlySet<unknown> = new Set(type.enum);
  const expected = `one of ${type.enum.join(", ")}`;
  return (value) => {
    if (!allowed.has(value)) throw invalid(place, value, expected);
    return check(value);
  };
}

type Check = (value: unknown) => WireAtom;

const checkers: Readonly<Record<BaseType["type"], (type: BaseType, place: string) => Check>> = {
  boolean: (_type, place) => (value) => {
    if (typeof value !== "boolean") throw invalid(place, value, "true or false");
    return value;
  },
  integer: (type, place) => numberChecker(type, place, Number.isSafeInteger, "an integer within ±(2^53 − 1)"),
  real: (type, place) => numberChecker(type, place, Number.isFinite, "a finite number"),
  string: (type, place) => stringChecker(type, place),
  uuid: (_type, place) => (value) => {
    if (typeof value === "object" && value !== null && "named" in value) {
      return ["named-uuid", checkId(value.named, place)];
    }
    return ["uuid", checkUuid(value, place)];
  },
};

function numberChecker(
  { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: BaseType,
  place: string,
  accepts: (value: unknown) => boolean,
  expected: string,
): Check {
  return (value) => {
    if (typeof value !== "number" || !accepts(value)) throw invalid(place, value, expected);
    if (value < minimum) throw invalid(place, value, `at least ${minimum}`);
    if (value > maximum) throw invalid(place, value, `at most ${maximum}`);
    return value;
  };
}

function stringChecker(
  { minLength = 0, maxLength = Number.POSITIVE_INFINITY }: BaseType,
  place: string,
): Check {
  const bounded = minLength > 0 || maxLength < Number.POSITIVE_INFINITY;
  return (value) => {
    if (typeof value !== "string") throw invalid(place, value, "a string");
    if (value.includes("\0")) throw invalid(place, value, "free of NUL, which OVSDB cannot store");
    if (!value.isWellFormed()) throw invalid(place, value, "well-formed Unicode");
    if (bounded) {
      const length = Array.from(value).length;
      if (length < minLength) throw invalid(place, value, `at least ${minLength} characters long`);
      if (length > maxLength) throw invalid(place, value, `at most ${maxLength} characters long`);
    }
    return value;
  };
}

function keyReader({ type }: BaseType, place: string): (key: string) => Atom {
  if (type === "string" || type === "uuid") return (key) => key;
  if (type === "boolean") {
    return (key) => {
      if (key !== "true" && key !== "false") throw invalid(place, key, "true or false as the map's key");
      return key === "true";
    };
  }
  return (key) => {
    const number = Number(key);
    if (key.trim() === "" || Number.isNaN(number)) throw invalid(place, key, "a number as the map's key");
    return number;
  };
}

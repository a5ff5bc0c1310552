/** OVSDB's notation as it stands in messages (RFC 7047 §5.1). Callers see plain values instead: see values.ts. */

export type Atom = string | number | boolean;
export type WireAtom = Atom | readonly ["uuid", string] | readonly ["named-uuid", string];
export type WireSet = readonly ["set", readonly WireAtom[]];
export type WireMap = readonly ["map", readonly (readonly [WireAtom, WireAtom])[]];
export type WireValue = WireAtom | WireSet | WireMap;
export type WireRow = Readonly<Record<string, WireValue>>;

export type ConditionFunction = "<" | "<=" | "==" | "!=" | ">=" | ">" | "includes" | "excludes";
export type WireCondition = readonly [column: string, function: ConditionFunction, value: WireValue];

export type Mutator = "+=" | "-=" | "*=" | "/=" | "%=" | "insert" | "delete";
export type WireMutation = readonly [column: string, mutator: Mutator, value: WireValue];

/** One operation of a transaction (RFC 7047 §5.2). `operationsFor` builds them from plain values. */
export type Operation =
  | {
      readonly op: "insert";
      readonly table: string;
      readonly row: WireRow;
      readonly uuid?: string;
      readonly "uuid-name"?: string;
    }
  | {
      readonly op: "select";
      readonly table: string;
      readonly where: readonly WireCondition[];
      readonly columns?: readonly string[];
    }
  | {
      readonly op: "update";
      readonly table: string;
      readonly where: readonly WireCondition[];
      readonly row: WireRow;
    }
  | {
      readonly op: "mutate";
      readonly table: string;
      readonly where: readonly WireCondition[];
      readonly mutations: readonly WireMutation[];
    }
  | { readonly op: "delete"; readonly table: string; readonly where: readonly WireCondition[] }
  | {
      readonly op: "wait";
      readonly table: string;
      readonly where: readonly WireCondition[];
      readonly columns: readonly string[];
      readonly until: "==" | "!=";
      readonly rows: readonly WireRow[];
      readonly timeout?: number;
    }
  | { readonly op: "commit"; readonly durable: boolean }
  | { readonly op: "abort" }
  | { readonly op: "comment"; readonly comment: string }
  | { readonly op: "assert"; readonly lock: string };

/** What one operation gave: `uuid` of an insert, `count` of changed rows, `rows` of a select (in notation). */
export interface OperationResult {
  readonly uuid?: string;
  readonly count?: number;
  readonly rows?: readonly WireRow[];
}

/** A JSON object that is not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

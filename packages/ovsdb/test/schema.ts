import { type DatabaseSchema, parseSchema } from "../src/index.ts";

/** One table with a column of every shape, one that it refers to, and one with a unique index. */
export const shapesJson = {
  name: "Shapes",
  version: "1.0.0",
  tables: {
    Shape: {
      isRoot: true,
      indexes: [["name"]],
      columns: {
        name: { type: "string" },
        kind: { type: { key: { type: "string", enum: ["set", ["round", "square"]] } } },
        size: { type: { key: { type: "integer", minInteger: 0, maxInteger: 1000 }, min: 0, max: 1 } },
        weight: { type: "real" },
        solid: { type: "boolean" },
        label: { type: { key: { type: "string", minLength: 1, maxLength: 8 }, min: 0, max: 1 } },
        tags: { type: { key: "string", min: 0, max: "unlimited" } },
        numbers: { type: { key: "integer", min: 0, max: "unlimited" } },
        pair: { type: { key: "string", min: 1, max: 2 } },
        parts: { type: { key: { type: "uuid", refTable: "Part" }, min: 0, max: "unlimited" } },
        maker: { type: { key: { type: "uuid", refTable: "Part", refType: "weak" }, min: 0, max: 1 } },
        notes: { type: { key: "string", value: "string", min: 0, max: "unlimited" } },
        queues: {
          type: { key: "integer", value: { type: "uuid", refTable: "Part" }, min: 0, max: "unlimited" },
        },
        single: { type: { key: "string", value: "integer", min: 0, max: 1 } },
        serial: { type: "string", mutable: false },
      },
    },
    Part: { columns: { name: { type: "string" } } },
  },
} as const;

export interface Tables {
  readonly Shape: {
    readonly _uuid: string;
    readonly name: string;
    readonly kind: "round" | "square";
    readonly size: number | null;
    readonly weight: number;
    readonly solid: boolean;
    readonly label: string | null;
    readonly tags: readonly string[];
    readonly numbers: readonly number[];
    readonly pair: readonly string[];
    readonly parts: readonly string[];
    readonly maker: string | null;
    readonly notes: Readonly<Record<string, string>>;
    readonly queues: Readonly<Record<string, string>>;
    readonly single: Readonly<Record<string, number>>;
    readonly serial: string;
  };
  readonly Part: { readonly _uuid: string; readonly name: string };
}

export const schema: DatabaseSchema = parseSchema(shapesJson);

import { z } from "zod";

export type Path = readonly (string | number)[];

/** JSON Schema, as far as zod writes it for requests. */
interface Description {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Description>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Description;
  readonly items?: Description;
  readonly anyOf?: readonly Description[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A field of a request, or the whole of it where the path is empty. */
export interface Field {
  readonly path: Path;
  readonly description: Description;
  readonly required: boolean;
}

/** Every field that a schema has, at every depth; `0` stands for each item of a list. */
export function fieldsOf(schema: z.ZodType): readonly Field[] {
  return walk({
    path: [],
    description: z.toJSONSchema(schema, { io: "input" }) as Description,
    required: true,
  });
}

/** `subnets[0].cidr`, as messages write it. */
export function nameOf(path: Path): string {
  return path.reduce<string>(
    (name, part) => (typeof part === "number" ? `${name}[${part}]` : name === "" ? part : `${name}.${part}`),
    "",
  );
}

/** The last name of a path, with `[]` for an item: what kind of value it is. */
export function kindOf(path: Path): string {
  const last = path.findLast((part) => typeof part === "string") ?? "";
  return typeof path.at(-1) === "number" ? `${last}[]` : last;
}

/** A copy of `content` with another value at `path`; absent where the value is undefined. */
export function withValue(content: unknown, [part, ...rest]: Path, value: unknown): unknown {
  if (part === undefined) return value;
  if (typeof part === "number") {
    const items: unknown[] = Array.isArray(content) ? [...content] : [];
    items[part] = withValue(items[part], rest, value);
    return items;
  }
  const { [part]: old, ...others } = (content ?? {}) as Record<string, unknown>;
  const changed = withValue(old, rest, value);
  return changed === undefined ? others : { ...others, [part]: changed };
}

function walk(field: Field): readonly Field[] {
  const { path, description } = field;
  const { properties = {}, required = [], items } = description;
  const children = Object.entries(properties).map(([name, child]) => ({
    path: [...path, name],
    description: child,
    required: required.includes(name),
  }));
  const item = items === undefined ? [] : [{ path: [...path, 0], description: items, required: false }];
  return [field, ...[...children, ...item].flatMap(walk)];
}

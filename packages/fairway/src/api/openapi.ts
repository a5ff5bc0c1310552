import { z } from "zod";
import { components } from "../center/schemas/common.ts";
import { errorCodes } from "../errors.ts";
import { mergePatchMediaType } from "./conditions.ts";
import { problemMediaType } from "./problem.ts";
import type { Operation } from "./registry.ts";
import { isStream } from "./routes/route.ts";
import { streamFormat } from "./stream-format.ts";

/**
 * The OpenAPI 3.1 document of the API (https://spec.openapis.org/oas/v3.1.1). It refers to a body or an answer that
 * is among `components` by its name.
 */
export function describeApi(operations: readonly Operation[], version: string): Record<string, unknown> {
  const components = componentsOf(operations);
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.url.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationOf(operation, components) };
  }
  return {
    openapi: "3.1.1",
    info: { title: "Fairway", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths,
    components: { schemas: { ...described(components), Problem: problemSchema } },
  };
}

/** Whether a schema describes what is sent, or what is answered: a default may be left out of the one and not of the other. */
type Direction = "input" | "output";

/** What the document describes under a name: by schema, the name and the direction in which the document means it. */
type Components = ReadonlyMap<unknown, { readonly name: string; readonly io: Direction }>;

function componentsOf(operations: readonly Operation[]): Components {
  const named = (schema: z.ZodType | undefined, io: Direction) => {
    const name = schema === undefined ? undefined : components.get(schema)?.id;
    return name === undefined ? [] : [[schema, { name, io }] as const];
  };
  return new Map(
    operations.flatMap(({ body, answer }) => [
      ...named(body, "input"),
      ...named(answer && itemOf(answer), "output"),
    ]),
  );
}

function described(all: Components): Record<string, object> {
  return Object.fromEntries(
    Array.from(all, ([schema, { name, io }]) => [name, describe(schema as z.ZodType, io, all)]),
  );
}

/** What a list is of; the schema itself where it is of no list. */
function itemOf(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodArray ? (schema.element as z.ZodType) : schema;
}

function operationOf(route: Operation, all: Components): object {
  const media = isStream(route) ? streamFormat(route.format).mediaType : "application/json";
  const success =
    route.status === 204
      ? { description: "Done" }
      : { description: "Success", content: { [media]: { schema: referTo(route.answer, "output", all) } } };
  return {
    operationId: route.operation,
    summary: route.summary,
    parameters: [
      ...parametersOf(route.params, "path"),
      ...parametersOf(route.query, "query"),
      ...(route.isConditional === true ? [ifMatchParameter] : []),
    ],
    ...(route.body && {
      requestBody: {
        required: true,
        content: {
          [route.method === "PATCH" ? mergePatchMediaType : "application/json"]: {
            schema: referTo(route.body, "input", all),
            example: route.example,
          },
        },
      },
    }),
    responses: {
      [route.status]: success,
      default: {
        description: "A problem (RFC 9457)",
        content: { [problemMediaType]: { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

const ifMatchParameter = {
  name: "If-Match",
  in: "header",
  required: false,
  description: "Does it only where the object's revision is this one; 412 otherwise",
  schema: { type: "string" },
};

/** Described as a program has them: a number and not its digits, a list and not the same name several times (OpenAPI 3.1.1 §4.12). */
function parametersOf(schema: z.ZodObject | undefined, where: "path" | "query"): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, default: _, ...rest } = describe(field, "output", new Map());
    const required = where === "path" || !z.safeParse(field, undefined).success;
    return { name, in: where, required, ...(description !== undefined && { description }), schema: rest };
  });
}

/** A reference for what has a name, a list of references, or the schema itself. */
function referTo(schema: z.ZodType | undefined, io: Direction, all: Components): object {
  if (schema === undefined) return { type: "object" };
  if (schema instanceof z.ZodArray) return { type: "array", items: referTo(itemOf(schema), io, all) };
  return referenceTo(schema, io, all) ?? describe(schema, io, all);
}

function referenceTo(schema: unknown, io: Direction, all: Components): object | undefined {
  const known = all.get(schema);
  return known?.io === io ? { $ref: `#/components/schemas/${known.name}` } : undefined;
}

/** What within the schema has a name is referred to. */
function describe(
  schema: z.ZodType | z.core.$ZodType,
  io: Direction,
  all: Components,
): Omit<z.core.JSONSchema.JSONSchema, "$schema"> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema, path }) => {
      const reference = path.length === 0 ? undefined : referenceTo(zodSchema, io, all);
      if (reference === undefined) return;
      for (const name of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, name);
      Object.assign(jsonSchema, reference);
    },
  });
  return rest;
}

const problemSchema = {
  type: "object",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "What was wrong and what would be right" },
    code: { type: "string", enum: Object.keys(errorCodes) },
    retryable: { type: "boolean", description: "Whether the same request may succeed later" },
    request: { type: "string", description: "The request's id, under which the logs tell more" },
    errors: {
      type: "array",
      description: "The fields that are wrong, where the problem is about fields",
      items: {
        type: "object",
        properties: { field: { type: "string" }, detail: { type: "string" } },
        required: ["field", "detail"],
      },
    },
  },
  required: ["type", "title", "status", "detail", "code", "retryable", "request"],
};

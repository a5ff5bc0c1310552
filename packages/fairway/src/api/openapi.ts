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
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.url.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationOf(operation) };
  }
  return {
    openapi: "3.1.1",
    info: { title: "Fairway", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths,
    components: { schemas: { ...componentsOf(operations), Problem: problemSchema } },
  };
}

function componentsOf(operations: readonly Operation[]): Record<string, object> {
  const named = operations.flatMap(({ body, answer }) => [
    ...(body === undefined ? [] : componentOf(body, "input")),
    ...(answer === undefined ? [] : componentOf(itemOf(answer), "output")),
  ]);
  return Object.fromEntries(named);
}

function componentOf(schema: z.ZodType, io: "input" | "output"): (readonly [name: string, object])[] {
  const name = nameOf(schema);
  return name === undefined ? [] : [[name, describe(schema, io)]];
}

function nameOf(schema: z.ZodType): string | undefined {
  return components.get(schema)?.id;
}

/** What a list is of; the schema itself where it is of no list. */
function itemOf(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodArray ? (schema.element as z.ZodType) : schema;
}

function operationOf(route: Operation): object {
  const media = isStream(route) ? streamFormat(route.format).mediaType : "application/json";
  const success =
    route.status === 204
      ? { description: "Done" }
      : { description: "Success", content: { [media]: { schema: referTo(route.answer, "output") } } };
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
            schema: referTo(route.body, "input"),
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
    const { description, default: _, ...rest } = describe(field, "output");
    const required = where === "path" || !z.safeParse(field, undefined).success;
    return { name, in: where, required, ...(description !== undefined && { description }), schema: rest };
  });
}

/** A reference for what has a name, a list of references, or the schema itself. */
function referTo(schema: z.ZodType | undefined, io: "input" | "output"): object {
  if (schema === undefined) return { type: "object" };
  if (schema instanceof z.ZodArray) return { type: "array", items: referTo(itemOf(schema), io) };
  const name = nameOf(schema);
  return name === undefined ? describe(schema, io) : { $ref: `#/components/schemas/${name}` };
}

function describe(
  schema: z.ZodType | z.core.$ZodType,
  io: "input" | "output",
): Omit<z.core.JSONSchema.JSONSchema, "$schema"> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
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

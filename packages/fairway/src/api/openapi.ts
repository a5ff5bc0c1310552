import { z } from "zod";
import { errorCodes } from "../errors.ts";
import {
  dockerEndpoint,
  dockerEndpointFacts,
  dockerEndpointRequest,
  endpoint,
  endpointProgress,
} from "../service/schemas/endpoint.ts";
import { host, hostFacts } from "../service/schemas/host.ts";
import { hostStateMessage } from "../service/schemas/host-state.ts";
import { dockerNetworkFacts, dockerNetworkRequest, network } from "../service/schemas/network.ts";
import { addressGrant, addressRequest, pool, poolRequest } from "../service/schemas/pool.ts";
import { status } from "../service/schemas/status.ts";
import { problemMediaType } from "./problem.ts";
import type { Row } from "./routes/route.ts";

const requests: Readonly<Record<string, z.ZodType>> = {
  HostFacts: hostFacts,
  PoolRequest: poolRequest,
  AddressRequest: addressRequest,
  DockerNetworkRequest: dockerNetworkRequest,
  DockerNetworkFacts: dockerNetworkFacts,
  DockerEndpointRequest: dockerEndpointRequest,
  DockerEndpointFacts: dockerEndpointFacts,
};

const answers: Readonly<Record<string, z.ZodType>> = {
  Status: status,
  Host: host,
  HostStateMessage: hostStateMessage,
  Pool: pool,
  AddressGrant: addressGrant,
  Network: network,
  DockerEndpoint: dockerEndpoint,
  Endpoint: endpoint,
  EndpointProgress: endpointProgress,
};

const names = new Map(
  [...Object.entries(requests), ...Object.entries(answers)].map(([name, schema]) => [schema, name]),
);

/** The OpenAPI 3.1 document of the rows (https://spec.openapis.org/oas/v3.1.1). */
export function describeApi(rows: readonly Row[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const row of rows) {
    const path = row.url.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [row.method.toLowerCase()]: operationOf(row) };
  }
  return {
    openapi: "3.1.1",
    info: { title: "Fairway", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths,
    components: {
      schemas: {
        ...describeAll(requests, "input"),
        ...describeAll(answers, "output"),
        Problem: problemSchema,
      },
    },
  };
}

function operationOf(row: Row): object {
  const media = row.media ?? "application/json";
  const success =
    row.status === 204
      ? { description: "Done" }
      : { description: "Success", content: { [media]: { schema: referTo(row.answer) } } };
  return {
    operationId: row.operation,
    summary: row.summary,
    parameters: [...parametersOf(row.params, "path"), ...parametersOf(row.query, "query")],
    ...(row.body && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: referTo(row.body), example: row.example } },
      },
    }),
    responses: {
      [row.status]: success,
      default: {
        description: "A problem (RFC 9457)",
        content: { [problemMediaType]: { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function parametersOf(schema: z.ZodObject | undefined, where: "path" | "query"): object[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...rest } = describe(field, "input");
    const required = where === "path";
    return { name, in: where, required, ...(description !== undefined && { description }), schema: rest };
  });
}

/** A reference for what has a name, a list of references, or any object. */
function referTo(schema: z.ZodType | undefined): object {
  if (schema === undefined) return { type: "object" };
  if (schema instanceof z.ZodArray) return { type: "array", items: referTo(schema.element as z.ZodType) };
  const name = names.get(schema);
  return name === undefined ? describe(schema, "output") : { $ref: `#/components/schemas/${name}` };
}

function describeAll(schemas: Readonly<Record<string, z.ZodType>>, io: "input" | "output"): object {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, describe(schema, io)]));
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
  },
  required: ["type", "title", "status", "detail", "code", "retryable", "request"],
};

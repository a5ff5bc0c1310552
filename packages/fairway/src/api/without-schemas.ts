/**
 * fastify's option that leaves out its own validation and serialization by JSON Schema: routes check by their zod schemas (`accept.ts`), so
 * the libraries for it are not even loaded.
 */
export const withoutSchemas = {
  compilersFactory: { buildValidator: notUsed, buildSerializer: notUsed },
};

function notUsed(): never {
  throw new Error("a route has a JSON schema; give it a zod schema");
}

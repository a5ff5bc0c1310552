import { z } from "zod";
import { changeQuery } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { nameQuery, pageQuery } from "../../center/schemas/page.ts";
import {
  newPrincipal,
  principal,
  principalName,
  principalPatch,
  principalRequest,
  roles,
} from "../../center/schemas/principal.ts";
import { route } from "./route.ts";

const params = z.object({ name: principalName });

export const createPrincipal = route({
  method: "POST",
  url: "/v1/principals",
  summary: "Creates a principal with a bearer token. No other answer shows the token.",
  access: "root",
  body: principalRequest,
  example: { name: "ci", role: "viewer", lifetime: 2_592_000 },
  status: 201,
  answer: newPrincipal,
  handle: (center, { body, context }) => center.principals.create(body, context),
});

export const listPrincipals = route({
  method: "GET",
  url: "/v1/principals",
  summary: "Lists the principals without their tokens.",
  access: "root",
  query: z.strictObject({
    name: nameQuery,
    role: z.enum(roles).optional().describe("Only those with this role"),
    ...pageQuery,
  }),
  status: 200,
  answer: z.array(principal),
  after: keyInList.principal,
  handle: (center, { query, context }) => center.principals.list(query, context),
});

export const showPrincipal = route({
  method: "GET",
  url: "/v1/principals/:name",
  summary: "Shows a principal without its token.",
  access: "root",
  params,
  status: 200,
  answer: principal,
  handle: (center, { params, context }) => center.principals.show(params.name, context),
});

export const updatePrincipal = route({
  method: "PATCH",
  url: "/v1/principals/:name",
  summary:
    "Changes a principal's role, organization or lifetime by a JSON merge patch (RFC 7396). Its token stays.",
  access: "root",
  params,
  query: changeQuery,
  body: principalPatch,
  example: { role: "member", lifetime: 2_592_000 },
  status: 200,
  answer: principal,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.principals.update(params.name, body, { isDry: query["dry-run"], revisions }, context),
});

export const removePrincipal = route({
  method: "DELETE",
  url: "/v1/principals/:name",
  summary: "Removes a principal: its token is refused from then on. Succeeds if it is already gone.",
  access: "root",
  params,
  status: 204,
  handle: (center, { params, context }) => center.principals.remove(params.name, context),
});

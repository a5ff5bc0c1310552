import { z } from "zod";
import { newPrincipal, principal, principalName, principalRequest } from "../../center/schemas/principal.ts";
import { route } from "./route.ts";

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
  status: 200,
  answer: z.array(principal),
  handle: (center, { context }) => center.principals.list(context),
});

export const removePrincipal = route({
  method: "DELETE",
  url: "/v1/principals/:name",
  summary: "Removes a principal: its token is refused from then on. Succeeds if it is already gone.",
  access: "root",
  params: z.object({ name: principalName }),
  status: 204,
  handle: (center, { params, context }) => center.principals.remove(params.name, context),
});

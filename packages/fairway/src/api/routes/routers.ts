import { z } from "zod";
import { changeQuery, text } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { labelQuery, nameQuery, pageQuery } from "../../center/schemas/page.ts";
import {
  networkReference,
  newRouter,
  router,
  routerInterfaceSpec,
  routerName,
  routerPatch,
  routerSpec,
} from "../../center/schemas/router.ts";
import { route } from "./route.ts";

const params = z.object({ router: text(255, 1).describe("A router's name or UUID") });
const interfaceParams = params.extend({ network: networkReference });

export const listRouters = route({
  method: "GET",
  url: "/v1/routers",
  summary: "Lists the virtual routers with the networks that are attached to them.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: z.strictObject({ name: nameQuery, label: labelQuery, ...pageQuery }),
  status: 200,
  answer: z.array(router),
  after: keyInList.router,
  handle: (center, { query, context }) => center.routers.list(query, context),
});

export const createRouter = route({
  method: "POST",
  url: "/v1/routers",
  summary: "Creates a virtual router.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  query: changeQuery,
  body: newRouter,
  example: { name: "office", routes: { "10.9.0.0/16": "10.1.0.7" } },
  status: 201,
  answer: router,
  handle: (center, { query, body, context }) =>
    center.routers.create(body, { isDry: query["dry-run"] }, context),
});

export const showRouter = route({
  method: "GET",
  url: "/v1/routers/:router",
  summary: "Shows a virtual router with the networks that are attached to it.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params,
  status: 200,
  answer: router,
  handle: (center, { params, context }) => center.routers.show(params.router, context),
});

export const putRouter = route({
  method: "PUT",
  url: "/v1/routers/:router",
  summary: "Creates a virtual router of this name; one that is so already stays as it is.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: z.object({ router: routerName.describe("The router's name") }),
  query: changeQuery,
  body: routerSpec,
  example: { labels: { team: "ops" } },
  status: 200,
  answer: router,
  handle: (center, { params, query, body, context }) =>
    center.routers.put({ ...body, name: params.router }, { isDry: query["dry-run"] }, context),
});

export const updateRouter = route({
  method: "PATCH",
  url: "/v1/routers/:router",
  summary: "Changes a router's static routes, labels or options by a JSON merge patch (RFC 7396).",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  body: routerPatch,
  example: { routes: { "10.9.0.0/16": "10.1.0.7", "10.8.0.0/16": null } },
  status: 200,
  answer: router,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.routers.update(params.router, body, { isDry: query["dry-run"], revisions }, context),
});

export const removeRouter = route({
  method: "DELETE",
  url: "/v1/routers/:router",
  summary: "Removes a virtual router to which no network is attached. Returns it as it was.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  status: 200,
  answer: router,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.routers.remove(params.router, { isDry: query["dry-run"], revisions }, context),
});

export const attachNetwork = route({
  method: "PUT",
  url: "/v1/routers/:router/interfaces/:network",
  summary: "Attaches a network to a router, or changes how it is attached, while its containers go on.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: interfaceParams,
  query: changeQuery,
  body: routerInterfaceSpec,
  example: { addresses: ["10.1.0.1"] },
  status: 200,
  answer: router,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.routers.attach(
      params.router,
      params.network,
      body,
      { isDry: query["dry-run"], revisions },
      context,
    ),
});

export const detachNetwork = route({
  method: "DELETE",
  url: "/v1/routers/:router/interfaces/:network",
  summary: "Takes a network from its router; succeeds if it is not attached there.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: interfaceParams,
  query: changeQuery,
  status: 200,
  answer: router,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.routers.detach(params.router, params.network, { isDry: query["dry-run"], revisions }, context),
});

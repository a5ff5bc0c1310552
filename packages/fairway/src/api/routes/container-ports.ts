import { z } from "zod";
import { engineId, hostName, text } from "../../center/schemas/common.ts";
import {
  endpoint,
  newPublication,
  portRestriction,
  publicationQuery,
  publicationReport,
} from "../../center/schemas/endpoint.ts";
import { route } from "./route.ts";

const container = z.object({
  reference: text(255).describe(
    "A container's name, a UUID, an address, or an engine's id or an unambiguous start of one",
  ),
});

export const restrictPublishedPort = route({
  method: "PUT",
  url: "/v1/endpoints/:reference/publish-from",
  summary:
    "Says who may reach a published port of a container; its running connections end where they may not.",
  access: "root",
  role: "member",
  params: container,
  body: portRestriction,
  example: { hostPort: 8080, from: ["10.0.0.0/8", "2001:db8::/32"] },
  status: 200,
  answer: endpoint,
  handle: (center, { params, body, context }) =>
    center.containerPorts.restrict(params.reference, body, context),
});

export const publishPort = route({
  method: "PUT",
  url: "/v1/endpoints/:reference/ports",
  summary: "Publishes a port of a container that runs, beside those that its engine asked for.",
  access: "root",
  role: "member",
  params: container,
  body: newPublication,
  example: { protocol: "tcp", port: 80, hostPort: 8888 },
  status: 200,
  answer: endpoint,
  handle: (center, { params, body, context }) => center.publications.publish(params.reference, body, context),
});

export const unpublishPort = route({
  method: "DELETE",
  url: "/v1/endpoints/:reference/ports",
  summary: "Ends a port that was published of a container while it ran.",
  access: "root",
  role: "member",
  params: container,
  query: publicationQuery,
  status: 204,
  handle: (center, { params, query, context }) =>
    center.publications.unpublish(params.reference, query, context),
});

export const reportPublications = route({
  method: "PUT",
  url: "/v1/hosts/:host/publications",
  summary: "Reports which ports a host holds that were published beside its engine, and why not others.",
  access: "own host",
  params: z.object({ host: hostName }),
  body: publicationReport,
  example: { publications: [{ publication: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a", trouble: null }] },
  status: 204,
  handle: (center, { params, body, context }) => center.publications.report(params.host, body, context),
});

export const listKeptContainers = route({
  method: "GET",
  url: "/v1/hosts/:host/containers",
  summary: "Lists the containers of a host of whose ports something is said.",
  access: "own host",
  params: z.object({ host: hostName }),
  status: 200,
  answer: z.array(engineId),
  handle: (center, { params, context }) => center.containerPorts.list(params.host, context),
});

export const forgetContainer = route({
  method: "DELETE",
  url: "/v1/hosts/:host/containers/:containerId",
  summary: "Removes what is said of a container's ports: its engine has it no more.",
  access: "own host",
  params: z.object({ host: hostName, containerId: engineId }),
  status: 204,
  handle: (center, { params, context }) =>
    center.containerPorts.forget(params.host, params.containerId, context),
});

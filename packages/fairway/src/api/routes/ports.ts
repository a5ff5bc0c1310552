import { z } from "zod";
import { changeQuery, text } from "../../center/schemas/common.ts";
import { endpointQuery } from "../../center/schemas/endpoint.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { newPort, port, portName, portPatch, portSpec } from "../../center/schemas/port.ts";
import { route } from "./route.ts";

const params = z.object({
  reference: text(255).describe("A port's name, its UUID, or an unambiguous start of that"),
});

export const listPorts = route({
  method: "GET",
  url: "/v1/ports",
  summary: "Lists the ports that no engine made.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  query: endpointQuery,
  status: 200,
  answer: z.array(port),
  after: keyInList.port,
  handle: (center, { query, context }) => center.ports.list(query, context),
});

export const showPort = route({
  method: "GET",
  url: "/v1/ports/:reference",
  summary: "Shows a port that no engine made, with what is needed to plug it.",
  access: "any host",
  role: "viewer",
  isForOrganizations: true,
  params,
  status: 200,
  answer: port,
  handle: (center, { params, context }) => center.ports.show(params.reference, context),
});

export const createPort = route({
  method: "POST",
  url: "/v1/ports",
  summary:
    "Creates a port for a virtual machine, a network namespace, or what else is plugged by its `iface-id`.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  query: changeQuery,
  body: newPort,
  example: { name: "vm1", network: "blue", addresses: ["10.1.0.50"] },
  status: 201,
  answer: port,
  handle: (center, { query, body, context }) =>
    center.ports.create(body, { isDry: query["dry-run"] }, context),
});

export const putPort = route({
  method: "PUT",
  url: "/v1/ports/:reference",
  summary: "Creates a port of this name; one that is so already stays as it is.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params: z.object({ reference: portName.describe("The port's name") }),
  query: changeQuery,
  body: portSpec,
  example: { network: "blue", host: "node-1" },
  status: 200,
  answer: port,
  handle: (center, { params, query, body, context }) =>
    center.ports.put({ ...body, name: params.reference }, { isDry: query["dry-run"] }, context),
});

export const updatePort = route({
  method: "PATCH",
  url: "/v1/ports/:reference",
  summary: "Changes a port's name, labels, options or addresses by a JSON merge patch (RFC 7396).",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  body: portPatch,
  example: { name: "vm2", labels: { team: "ops", owner: null }, addresses: ["10.1.0.60"] },
  status: 200,
  answer: port,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.ports.update(params.reference, body, { isDry: query["dry-run"], revisions }, context),
});

export const removePort = route({
  method: "DELETE",
  url: "/v1/ports/:reference",
  summary: "Removes a port that no engine made, and frees its addresses.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  params,
  query: changeQuery,
  status: 204,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.ports.remove(params.reference, { isDry: query["dry-run"], revisions }, context),
});

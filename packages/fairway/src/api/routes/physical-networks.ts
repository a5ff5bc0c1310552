import { z } from "zod";
import { changeQuery, hostName } from "../../center/schemas/common.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { nameQuery, pageQuery } from "../../center/schemas/page.ts";
import {
  physicalNetwork,
  physicalPortChange,
  physicalPortSpec,
} from "../../center/schemas/physical-network.ts";
import {
  interfaceName,
  physicalNetworkChange,
  physicalNetworkName,
  physicalNetworkSpec,
  physicalTypes,
} from "../../center/schemas/physical-network-spec.ts";
import { route } from "./route.ts";

const params = z.object({ physicalNetwork: physicalNetworkName });
const portParams = params.extend({ interface: interfaceName });
const portQuery = changeQuery.extend({
  host: hostName.optional().describe("The host; absent: the port that is for all hosts"),
});

export const listPhysicalNetworks = route({
  method: "GET",
  url: "/v1/physical-networks",
  summary: "Lists the physical networks.",
  access: "any host",
  role: "viewer",
  query: z.strictObject({
    name: nameQuery,
    type: z.enum(physicalTypes).optional().describe("Only those of this type"),
    ...pageQuery,
  }),
  status: 200,
  answer: z.array(physicalNetwork),
  after: keyInList.physicalNetwork,
  handle: (center, { query, context }) => center.physicalNetworks.list(query, context),
});

export const showPhysicalNetwork = route({
  method: "GET",
  url: "/v1/physical-networks/:physicalNetwork",
  summary: "Shows a physical network with its ports and the networks that it carries.",
  access: "any host",
  role: "viewer",
  params,
  status: 200,
  answer: physicalNetwork,
  handle: (center, { params, context }) => center.physicalNetworks.show(params.physicalNetwork, context),
});

export const createPhysicalNetwork = route({
  method: "PUT",
  url: "/v1/physical-networks/:physicalNetwork",
  summary: "Creates a physical network; succeeds if it already exists and is the same.",
  access: "root",
  params,
  query: changeQuery,
  body: physicalNetworkSpec,
  example: { type: "vlan", ranges: ["1000-1030"] },
  status: 200,
  answer: physicalNetwork,
  handle: (center, { params, query, body, context }) =>
    center.physicalNetworks.create(params.physicalNetwork, body, { isDry: query["dry-run"] }, context),
});

export const updatePhysicalNetwork = route({
  method: "PATCH",
  url: "/v1/physical-networks/:physicalNetwork",
  summary: "Changes a physical network's ranges, MTU or options.",
  access: "root",
  params,
  query: changeQuery,
  body: physicalNetworkChange,
  example: { ranges: ["1000-1050"] },
  status: 200,
  answer: physicalNetwork,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.physicalNetworks.update(
      params.physicalNetwork,
      body,
      { isDry: query["dry-run"], revisions },
      context,
    ),
});

export const removePhysicalNetwork = route({
  method: "DELETE",
  url: "/v1/physical-networks/:physicalNetwork",
  summary: "Removes a physical network without ports and networks; succeeds if it is already gone.",
  access: "root",
  params,
  query: changeQuery,
  status: 204,
  isConditional: true,
  handle: (center, { params, query, revisions, context }) =>
    center.physicalNetworks.remove(params.physicalNetwork, { isDry: query["dry-run"], revisions }, context),
});

export const addPhysicalPort = route({
  method: "PUT",
  url: "/v1/physical-networks/:physicalNetwork/ports",
  summary: "Gives a physical network an interface of one host, or of all; succeeds if it already has it.",
  access: "root",
  params,
  query: changeQuery,
  body: physicalPortSpec,
  example: { interface: "eth1", host: "node-1" },
  status: 200,
  answer: physicalNetwork,
  handle: (center, { params, query, body, context }) =>
    center.physicalPorts.add(params.physicalNetwork, body, { isDry: query["dry-run"] }, context),
});

export const updatePhysicalPort = route({
  method: "PATCH",
  url: "/v1/physical-networks/:physicalNetwork/ports/:interface",
  summary: "Changes what is kept of a physical port by a JSON merge patch (RFC 7396).",
  access: "root",
  params: portParams,
  query: portQuery,
  body: physicalPortChange,
  example: { options: { "x-switch": "rack 4, port 12" } },
  status: 200,
  answer: physicalNetwork,
  isConditional: true,
  handle: (center, { params, query: { host = null, "dry-run": isDry }, body, revisions, context }) =>
    center.physicalPorts.update({ ...params, host }, body, { isDry, revisions }, context),
});

export const removePhysicalPort = route({
  method: "DELETE",
  url: "/v1/physical-networks/:physicalNetwork/ports/:interface",
  summary: "Takes an interface out of a physical network; succeeds if it is already gone.",
  access: "root",
  params: portParams,
  query: portQuery,
  status: 204,
  isConditional: true,
  handle: (center, { params, query: { host = null, "dry-run": isDry }, revisions, context }) =>
    center.physicalPorts.remove({ ...params, host }, { isDry, revisions }, context),
});

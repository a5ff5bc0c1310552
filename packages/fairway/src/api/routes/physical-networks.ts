import { z } from "zod";
import { hostName } from "../../center/schemas/common.ts";
import { physicalNetwork, physicalPort } from "../../center/schemas/physical-network.ts";
import {
  interfaceName,
  physicalNetworkChange,
  physicalNetworkName,
  physicalNetworkSpec,
} from "../../center/schemas/physical-network-spec.ts";
import { route } from "./route.ts";

const params = z.object({ physicalNetwork: physicalNetworkName });

export const listPhysicalNetworks = route({
  method: "GET",
  url: "/v1/physical-networks",
  summary: "Lists the physical networks.",
  access: "any host",
  role: "viewer",
  status: 200,
  answer: z.array(physicalNetwork),
  handle: (center, { context }) => center.physicalNetworks.list(context),
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
  body: physicalNetworkSpec,
  example: { type: "vlan", ranges: ["1000-1030"] },
  status: 200,
  answer: physicalNetwork,
  handle: (center, { params, body, context }) =>
    center.physicalNetworks.create(params.physicalNetwork, body, context),
});

export const updatePhysicalNetwork = route({
  method: "PATCH",
  url: "/v1/physical-networks/:physicalNetwork",
  summary: "Changes a physical network's ranges, MTU or options.",
  access: "root",
  params,
  body: physicalNetworkChange,
  example: { ranges: ["1000-1050"] },
  status: 200,
  answer: physicalNetwork,
  handle: (center, { params, body, context }) =>
    center.physicalNetworks.update(params.physicalNetwork, body, context),
});

export const removePhysicalNetwork = route({
  method: "DELETE",
  url: "/v1/physical-networks/:physicalNetwork",
  summary: "Removes a physical network without ports and networks; succeeds if it is already gone.",
  access: "root",
  params,
  status: 204,
  handle: (center, { params, context }) => center.physicalNetworks.remove(params.physicalNetwork, context),
});

export const addPhysicalPort = route({
  method: "PUT",
  url: "/v1/physical-networks/:physicalNetwork/ports",
  summary: "Gives a physical network an interface of one host, or of all; succeeds if it already has it.",
  access: "root",
  params,
  body: physicalPort,
  example: { interface: "eth1", host: "node-1" },
  status: 200,
  answer: physicalNetwork,
  handle: (center, { params, body, context }) =>
    center.physicalNetworks.addPort(params.physicalNetwork, body, context),
});

export const removePhysicalPort = route({
  method: "DELETE",
  url: "/v1/physical-networks/:physicalNetwork/ports/:interface",
  summary: "Takes an interface out of a physical network; succeeds if it is already gone.",
  access: "root",
  params: params.extend({ interface: interfaceName }),
  query: z.strictObject({
    host: hostName.optional().describe("The host; absent: the port that is for all hosts"),
  }),
  status: 204,
  handle: (center, { params, query, context }) =>
    center.physicalNetworks.removePort(params.physicalNetwork, params.interface, query.host ?? null, context),
});

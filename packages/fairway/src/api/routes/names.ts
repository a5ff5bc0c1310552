import { z } from "zod";
import { admission, nameToAdmit } from "../../center/schemas/admission.ts";
import { hostName, ipAddress, uuid } from "../../center/schemas/common.ts";
import { addressAnswer, askedName, nameAnswer, networkNames } from "../../center/schemas/name.ts";
import { route } from "./route.ts";

const query = z.strictObject({
  asker: ipAddress.describe("The address of the container that asks, on that network"),
});
const params = z.object({ host: hostName, network: uuid });

export const listNames = route({
  method: "GET",
  url: "/v1/hosts/:host/networks/:network/names",
  summary: "Lists the names on a network on which the host has containers, for a time without the center.",
  access: "own host",
  params,
  status: 200,
  answer: networkNames,
  handle: (center, { params: { host, network }, context }) => center.names.list(host, network, context),
});

export const resolveName = route({
  method: "GET",
  url: "/v1/hosts/:host/networks/:network/names/:name",
  summary: "Resolves a name to its addresses for one of the host's containers.",
  access: "own host",
  params: params.extend({ name: askedName }),
  query,
  status: 200,
  answer: nameAnswer,
  handle: (center, { params: { host, network, name }, query: { asker }, context }) =>
    center.names.resolve({ host, network, address: asker }, name, context),
});

export const reverseLookup = route({
  method: "GET",
  url: "/v1/hosts/:host/networks/:network/addresses/:address",
  summary: "Looks up the names of an address for one of the host's containers.",
  access: "own host",
  params: params.extend({ address: ipAddress }),
  query,
  status: 200,
  answer: addressAnswer,
  handle: (center, { params: { host, network, address }, query: { asker }, context }) =>
    center.names.reverseLookup({ host, network, address: asker }, address, context),
});

export const admitName = route({
  method: "POST",
  url: "/v1/hosts/:host/networks/:network/names",
  summary:
    "Lets one of the host's containers send to what a name stands for that its groups name, before it is told.",
  access: "own host",
  params,
  body: nameToAdmit,
  example: {
    asker: "10.1.0.7",
    name: "deb.debian.org",
    addresses: [{ address: "203.0.113.10", ttl: 300 }],
  },
  status: 200,
  answer: admission,
  handle: (center, { params, body, context }) => center.resolvedNames.admit(params, body, context),
});

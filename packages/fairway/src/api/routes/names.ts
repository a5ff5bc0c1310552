import { z } from "zod";
import { hostName, ipAddress, uuid } from "../../service/schemas/common.ts";
import { addressAnswer, askedName, nameAnswer, networkNames } from "../../service/schemas/name.ts";
import { type Route, route } from "./route.ts";

const query = z.strictObject({
  asker: ipAddress.describe("The address of the container that wants to know, on that network"),
});
const params = z.object({ host: hostName, network: uuid });

export const nameRoutes: readonly Route[] = [
  route({
    method: "GET",
    url: "/v1/hosts/:host/networks/:network/names",
    operation: "listNames",
    summary: "Lists the names on a network that the host has containers on, for a time without the center",
    params,
    status: 200,
    answer: networkNames,
    handle: (service, { params: { host, network }, context }) => service.listNames(host, network, context),
  }),
  route({
    method: "GET",
    url: "/v1/hosts/:host/networks/:network/names/:name",
    operation: "resolveName",
    summary: "Says which addresses a name has for one of the host's containers",
    params: params.extend({ name: askedName }),
    query,
    status: 200,
    answer: nameAnswer,
    handle: (service, { params: { host, network, name }, query: { asker }, context }) =>
      service.resolveName({ host, network, address: asker }, name, context),
  }),
  route({
    method: "GET",
    url: "/v1/hosts/:host/networks/:network/addresses/:address",
    operation: "whoHasAddress",
    summary: "Says which names an address has for one of the host's containers",
    params: params.extend({ address: ipAddress }),
    query,
    status: 200,
    answer: addressAnswer,
    handle: (service, { params: { host, network, address }, query: { asker }, context }) =>
      service.whoHasAddress({ host, network, address: asker }, address, context),
  }),
];

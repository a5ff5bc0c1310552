import { z } from "zod";
import { text } from "../../service/schemas/common.ts";
import { network } from "../../service/schemas/network.ts";
import { type Route, route } from "./route.ts";

const params = z.object({
  reference: text(255).describe(
    "A name, `name@host`, a UUID, or an engine's id or an unambiguous start of one",
  ),
});

export const networkRoutes: readonly Route[] = [
  route({
    method: "GET",
    url: "/v1/networks",
    operation: "listNetworks",
    summary: "Lists the networks",
    status: 200,
    answer: z.array(network),
    handle: (service, { context }) => service.listNetworks(context),
  }),
  route({
    method: "GET",
    url: "/v1/networks/:reference",
    operation: "showNetwork",
    summary: "Shows a network with its subnets and the engines that know it",
    params,
    status: 200,
    answer: network,
    handle: (service, { params, context }) => service.showNetwork(params.reference, context),
  }),
  route({
    method: "DELETE",
    url: "/v1/networks/:reference",
    operation: "removeNetwork",
    summary:
      "Removes a network from every engine, once none has a container on it; answers as it is until then",
    params,
    status: 200,
    answer: network,
    handle: (service, { params, context }) => service.removeNetwork(params.reference, context),
  }),
];

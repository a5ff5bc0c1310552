import { z } from "zod";
import { hostName } from "../../service/schemas/common.ts";
import { host, hostFacts } from "../../service/schemas/host.ts";
import { type Route, route } from "./route.ts";

const params = z.object({ host: hostName });

export const hostRoutes: readonly Route[] = [
  route({
    method: "GET",
    url: "/v1/hosts",
    operation: "listHosts",
    summary: "Lists the hosts",
    status: 200,
    answer: z.array(host),
    handle: (service, { context }) => service.listHosts(context),
  }),
  route({
    method: "GET",
    url: "/v1/hosts/:host",
    operation: "showHost",
    summary: "Shows a host",
    params,
    status: 200,
    answer: host,
    handle: (service, { params, context }) => service.showHost(params.host, context),
  }),
  route({
    method: "PUT",
    url: "/v1/hosts/:host",
    operation: "registerHost",
    summary: "Makes a host known, or tells what changed about it",
    params,
    body: hostFacts,
    example: {
      systemId: "5f0c2f2e-node-1",
      tunnelAddress: "192.0.2.11",
      underlayMtu: 1500,
      versions: { docker: "26.1.5" },
    },
    status: 200,
    answer: host,
    handle: (service, { params, body, context }) => service.registerHost(params.host, body, context),
  }),
];

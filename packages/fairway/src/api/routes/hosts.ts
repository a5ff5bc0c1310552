import { z } from "zod";
import { hostName } from "../../service/schemas/common.ts";
import { host, hostFacts } from "../../service/schemas/host.ts";
import { troubleReport } from "../../service/schemas/trouble.ts";
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
  route({
    method: "PUT",
    url: "/v1/hosts/:host/heartbeat",
    operation: "beat",
    summary: "A host's sign of life, every 5 s",
    params,
    status: 204,
    handle: (service, { params, context }) => service.beat(params.host, context),
  }),
  route({
    method: "PUT",
    url: "/v1/hosts/:host/troubles",
    operation: "tellTroubles",
    summary: "Tells which networks and endpoints do not work on a host, and why",
    params,
    body: troubleReport,
    example: {
      networks: [
        {
          network: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
          reason: "the way out: IPv6: the kernel refuses its address or route: EOPNOTSUPP",
        },
      ],
      endpoints: [],
    },
    status: 204,
    handle: (service, { params, body, context }) => service.tellTroubles(params.host, body, context),
  }),
  route({
    method: "DELETE",
    url: "/v1/hosts/:host",
    operation: "removeHost",
    summary: "Takes a host out of the cluster; succeeds when it is gone already",
    params,
    query: z.strictObject({
      dead: z
        .enum(["true", "false"])
        .default("false")
        .describe("Whether it is gone for good: its endpoints and their addresses go with it"),
    }),
    status: 204,
    handle: (service, { params, query, context }) =>
      service.removeHost(params.host, { dead: query.dead === "true" }, context),
  }),
];

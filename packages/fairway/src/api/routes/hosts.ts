import { z } from "zod";
import { changeQuery, flag, hostName } from "../../center/schemas/common.ts";
import { gatewayReadiness } from "../../center/schemas/gateway-readiness.ts";
import { host, hostFacts, hostPatch } from "../../center/schemas/host.ts";
import { keyInList } from "../../center/schemas/list-keys.ts";
import { labelQuery, nameQuery, pageQuery } from "../../center/schemas/page.ts";
import { troubleReport } from "../../center/schemas/trouble.ts";
import { route } from "./route.ts";

const params = z.object({ host: hostName });

export const listHosts = route({
  method: "GET",
  url: "/v1/hosts",
  summary: "Lists the hosts.",
  access: "any host",
  role: "viewer",
  query: z.strictObject({
    name: nameQuery,
    label: labelQuery,
    state: z.enum(["up", "down"]).optional().describe("Only those in this state"),
    ...pageQuery,
  }),
  status: 200,
  answer: z.array(host),
  after: keyInList.host,
  handle: (center, { query, context }) => center.hosts.list(query, context),
});

export const showHost = route({
  method: "GET",
  url: "/v1/hosts/:host",
  summary: "Shows a host.",
  access: "any host",
  role: "viewer",
  params,
  status: 200,
  answer: host,
  handle: (center, { params, context }) => center.hosts.show(params.host, context),
});

export const registerHost = route({
  method: "PUT",
  url: "/v1/hosts/:host",
  summary: "Registers a host, or updates what it says of itself.",
  access: "own host",
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
  handle: (center, { params, body, context }) => center.hosts.register(params.host, body, context),
});

export const updateHost = route({
  method: "PATCH",
  url: "/v1/hosts/:host",
  summary: "Changes a host's labels by a JSON merge patch (RFC 7396). What else it is it says of itself.",
  access: "root",
  params,
  query: changeQuery,
  body: hostPatch,
  example: { labels: { rack: "4", owner: null } },
  status: 200,
  answer: host,
  isConditional: true,
  handle: (center, { params, query, body, revisions, context }) =>
    center.hosts.update(params.host, body, { isDry: query["dry-run"], revisions }, context),
});

export const recordHeartbeat = route({
  method: "PUT",
  url: "/v1/hosts/:host/heartbeat",
  summary: "Records that a host is alive; a host sends it every 5 s.",
  access: "own host",
  params,
  status: 204,
  handle: (center, { params, context }) => center.hosts.recordHeartbeat(params.host, context),
});

export const reportTroubles = route({
  method: "PUT",
  url: "/v1/hosts/:host/troubles",
  summary: "Reports which networks and endpoints do not work on a host, and why.",
  access: "own host",
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
  handle: (center, { params, body, context }) => center.troubles.report(params.host, body, context),
});

export const reportGatewayReadiness = route({
  method: "PUT",
  url: "/v1/hosts/:host/gateways",
  summary: "Reports of which virtual routers a host can be the way out, and why not of others.",
  access: "own host",
  params,
  body: gatewayReadiness,
  example: {
    routers: [
      {
        router: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
        trouble: "its next hop 192.168.1.1 does not answer",
      },
    ],
  },
  status: 204,
  handle: (center, { params, body, context }) => center.gatewayHosts.report(params.host, body, context),
});

export const removeHost = route({
  method: "DELETE",
  url: "/v1/hosts/:host",
  summary: "Removes a host from the cluster; succeeds if it is already gone.",
  access: "own host",
  params,
  query: z.strictObject({
    dead: flag.describe("Whether the host is gone for good: its endpoints and their addresses go with it"),
    force: flag.describe(
      "Whether the host goes although it runs: its key is refused at once, and its endpoints and their addresses go",
    ),
  }),
  status: 204,
  handle: (center, { params, query, context }) => center.hosts.remove(params.host, query, context),
});

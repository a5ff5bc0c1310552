import { z } from "zod";
import { hostName, ipAddress, uuid } from "../../service/schemas/common.ts";
import {
  addressGrant,
  addressRequest,
  foreignNetworks,
  pool,
  poolRequest,
} from "../../service/schemas/pool.ts";
import { type Route, route } from "./route.ts";

const poolParams = z.object({ host: hostName, pool: uuid });

export const poolRoutes: readonly Route[] = [
  route({
    method: "POST",
    url: "/v1/hosts/:host/pools",
    operation: "requestPool",
    summary: "Reserves a subnet for a network that an engine is about to make",
    params: z.object({ host: hostName }),
    body: poolRequest,
    example: { space: "fairway-local-1", family: 4, cidr: "10.1.0.0/24" },
    status: 201,
    answer: pool,
    handle: (service, { params, body, context }) => service.requestPool(params.host, body, context),
  }),
  route({
    method: "DELETE",
    url: "/v1/hosts/:host/pools/:pool",
    operation: "releasePool",
    summary: "Gives a reserved subnet back; succeeds when it is gone already",
    params: poolParams,
    status: 204,
    handle: (service, { params, context }) => service.releasePool(params.host, params.pool, context),
  }),
  route({
    method: "POST",
    url: "/v1/hosts/:host/pools/:pool/addresses",
    operation: "requestAddress",
    summary: "Takes an address of a pool: a certain one, or the next that is free",
    params: poolParams,
    body: addressRequest,
    example: { ip: "10.1.0.7" },
    status: 201,
    answer: addressGrant,
    handle: (service, { params, body, context }) =>
      service.requestAddress(params.host, params.pool, body, context),
  }),
  route({
    method: "DELETE",
    url: "/v1/hosts/:host/pools/:pool/addresses/:ip",
    operation: "releaseAddress",
    summary: "Gives an address back; succeeds when it is free already",
    params: poolParams.extend({ ip: ipAddress }),
    status: 204,
    handle: (service, { params, context }) =>
      service.releaseAddress(params.host, params.pool, params.ip, context),
  }),
  route({
    method: "PUT",
    url: "/v1/hosts/:host/foreign-networks",
    operation: "tellForeignNetworks",
    summary:
      "Tells which networks of other drivers take their addresses from Fairway; pools that none uses expire",
    params: z.object({ host: hostName }),
    body: foreignNetworks,
    example: {
      networks: [{ engineId: "0".repeat(64), subnets: ["10.128.0.0/24"], addresses: ["10.128.0.2"] }],
    },
    status: 204,
    handle: (service, { params, body, context }) => service.tellForeignNetworks(params.host, body, context),
  }),
];

import { z } from "zod";
import { hostName, ipAddress } from "../../center/schemas/common.ts";
import {
  addressGrant,
  addressRequest,
  foreignNetworks,
  pool,
  poolId,
  poolRequest,
} from "../../center/schemas/pool.ts";
import { route } from "./route.ts";

const ofHost = z.object({ host: hostName });
const params = ofHost.extend({ pool: poolId });

export const requestPool = route({
  method: "POST",
  url: "/v1/hosts/:host/pools",
  summary: "Reserves a subnet for a network that an engine is about to create.",
  access: "own host",
  params: ofHost,
  body: poolRequest,
  example: { space: "fairway-local-1", family: 4, cidr: "10.1.0.0/24" },
  status: 201,
  answer: pool,
  handle: (center, { params, body, context }) => center.pools.request(params.host, body, context),
});

export const releasePool = route({
  method: "DELETE",
  url: "/v1/hosts/:host/pools/:pool",
  summary: "Releases a reserved subnet; succeeds if it is already gone.",
  access: "own host",
  params,
  status: 204,
  handle: (center, { params, context }) => center.pools.release(params.host, params.pool, context),
});

export const requestAddress = route({
  method: "POST",
  url: "/v1/hosts/:host/pools/:pool/addresses",
  summary: "Takes an address of a pool: the given one, or the next that is free.",
  access: "own host",
  params,
  body: addressRequest,
  example: { ip: "10.1.0.7" },
  status: 201,
  answer: addressGrant,
  handle: (center, { params, body, context }) =>
    center.poolAddresses.request(params.host, params.pool, body, context),
});

export const releaseAddress = route({
  method: "DELETE",
  url: "/v1/hosts/:host/pools/:pool/addresses/:ip",
  summary: "Releases an address; succeeds if it is already free.",
  access: "own host",
  params: params.extend({ ip: ipAddress }),
  status: 204,
  handle: (center, { params, context }) =>
    center.poolAddresses.release(params.host, params.pool, params.ip, context),
});

export const reportForeignNetworks = route({
  method: "PUT",
  url: "/v1/hosts/:host/foreign-networks",
  summary:
    "Reports which networks of other drivers take their addresses from Fairway. Pools that none of them uses expire.",
  access: "own host",
  params: ofHost,
  body: foreignNetworks,
  example: {
    networks: [{ engineId: "0".repeat(64), subnets: ["10.128.0.0/24"], addresses: ["10.128.0.2"] }],
  },
  status: 204,
  handle: (center, { params, body, context }) => center.foreignPools.report(params.host, body, context),
});

import { z } from "zod";
import { option } from "../option-text.ts";
import { cidr, ipAddress, stringMap } from "../schemas/common.ts";

/** Options of the subnet, among a network's. */
export const subnetPrefix = "subnet:";

/** A destination, and behind a blank its next hop where it has one. */
const hostRoute = z
  .string()
  .max(128)
  .refine((route) => {
    const [destination, nextHop, ...rest] = route.split(" ");
    const isHop = nextHop === undefined || ipAddress.safeParse(nextHop).success;
    return cidr.safeParse(destination).success && isHop && rest.length === 0;
  }, "must be a route, e.g. 10.9.0.0/24 10.1.0.9");

/** What a subnet is to be. */
export const subnetSpec = z.strictObject({
  cidr,
  /** null: nothing answers as its gateway. */
  gateway: ipAddress.nullable().default(null),
  /** What automatic addresses are taken from; none: from the whole subnet. */
  ranges: z.array(cidr).max(1024).default([]),
  /** Routes in every container's table: a destination, and behind a blank its next hop where it has one. */
  hostRoutes: z.array(hostRoute).max(256).default([]),
  dns: z.array(ipAddress).max(64).default([]),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
  /** Whether its addresses are given by Fairway; false: another IPAM driver gives them. */
  managed: z.boolean().default(true),
  /** Addresses that nobody gets automatically. */
  auxiliaries: z.array(ipAddress).max(1024).default([]),
});
export type SubnetSpec = z.output<typeof subnetSpec>;

const routesValue =
  'a list of routes, e.g. [["10.9.0.0/16","192.168.1.7"]]; 0.0.0.0 as next hop means: on this very link';

const addressRefusal = "an address, e.g. 10.1.0.100";

/** What may be said of a network's subnets together, as text: it becomes ranges, routes and options of those that it fits. */
export const subnetOptionSpec = z.strictObject({
  first: option(ipAddress.optional(), {
    names: ["subnet:allocated_start"],
    takes: "the first address that containers get automatically",
    refusal: addressRefusal,
  }),
  last: option(ipAddress.optional(), {
    names: ["subnet:allocated_end"],
    takes: "the last address that containers get automatically",
    refusal: addressRefusal,
  }),
  routes: option(
    z
      .array(z.tuple([cidr, ipAddress]))
      .max(256)
      .default([]),
    { names: ["subnet:host_routes"], takes: routesValue, read: parseList },
  ),
  disableGateway: option(z.boolean().optional(), { names: ["subnet:disablegateway"] }),
});

/** JSON, or what Python writes for the same; undefined where it is neither. */
function parseList(text: string): unknown {
  for (const json of [text, text.replaceAll("'", '"')]) {
    try {
      return JSON.parse(json);
    } catch {
      // The next notation, or none.
    }
  }
  return null;
}

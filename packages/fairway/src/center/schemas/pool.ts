import { z } from "zod";
import { levelsPattern } from "../../level-names.ts";
import { addressSpec } from "../addresses/address-spec.ts";
import { cidr, components, engineId, family, ipAddress, stringMap, text, uuid } from "./common.ts";

/** What Docker's RequestPool asks for: a subnet that no network has bound yet. */
export const poolRequest = z.strictObject({
  /** Correlates the pool with the network that will bind it; one of its own for each request where the engine allows it. */
  space: text(255, 1),
  family,
  /** Absent: the service picks a free one from the configured pools. */
  cidr: cidr.optional(),
  /** Without `cidr`: the subnet that is given while no network has addresses of it. */
  preferred: cidr.optional(),
  /** Docker's `--ip-range`: what containers get automatically lies inside. */
  range: cidr.optional(),
  /** What an automatic subnet must not overlap: the routes of the host. */
  avoid: z.array(cidr).max(4096).default([]),
  options: stringMap.default({}),
});
export type PoolRequest = z.input<typeof poolRequest>;
components.add(poolRequest, { id: "PoolRequest" });

/** A subnet's UUID; behind it `@` and the name of the organization for which a network is used that another one shares. */
export const poolId = z
  .string()
  .regex(
    new RegExp(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:@${levelsPattern(1)})?$`, "i"),
    "must be a UUID, and may have @ and the name of an organization behind it",
  );

export const pool = z.strictObject({ pool: poolId, cidr, gateway: ipAddress.optional() });
export type Pool = z.infer<typeof pool>;
components.add(pool, { id: "Pool" });

/** What Docker's RequestAddress asks for. */
export const addressRequest = addressSpec.extend({
  /** The network's LAN gave the address to the host by DHCP. */
  leased: z.boolean().default(false),
});
export type AddressRequest = z.input<typeof addressRequest>;
components.add(addressRequest, { id: "AddressRequest" });

/** The address with the prefix length of its subnet, e.g. `10.1.0.7/24`. */
export const addressGrant = z.strictObject({
  address: cidr,
  /**
   * Set where the LAN's DHCP server gives the addresses. `ask`: `address` is the subnet alone, and the host is to ask that server for one in it, and then for
   * that. `bind`: the server is to give the address once the container's MAC address is known.
   */
  lease: z.enum(["ask", "bind"]).optional(),
  /** Where the address must be nobody else's, who may be no part of the cluster; absent: on no wire. */
  wire: z.strictObject({ network: uuid, physicalNetwork: uuid, vlan: z.int().nullable() }).optional(),
});
export type AddressGrant = z.infer<typeof addressGrant>;
components.add(addressGrant, { id: "AddressGrant" });

/** All networks of other drivers on an engine that take their addresses from Fairway, as the engine lists them. */
export const foreignNetworks = z.strictObject({
  networks: z
    .array(
      z.strictObject({
        engineId,
        subnets: z.array(cidr).max(64),
        /** Of its containers, bare; absent where the engine cannot show them: those that are known stay. */
        addresses: z.array(ipAddress).max(65536).optional(),
      }),
    )
    .max(4096),
});
export type ForeignNetworks = z.input<typeof foreignNetworks>;
components.add(foreignNetworks, { id: "ForeignNetworks" });

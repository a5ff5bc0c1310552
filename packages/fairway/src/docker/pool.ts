import type { IpamDriver } from "@fairway/docker-plugin";
import { serve, unlessUnknown } from "./call.ts";
import type { Edge } from "./edge.ts";
import { hostRoutes } from "./host-routes.ts";
import { freshAddressSpaces } from "./spaces.ts";

const addressType = "RequestAddressType";
const gatewayAddress = "com.docker.network.gateway";

/** The IPAM driver: every pool and every address is the center's. */
export function ipamDriver({ api, hostName, trail, logger, failpoints }: Edge): IpamDriver {
  return {
    getDefaultAddressSpaces: async () => freshAddressSpaces(hostName),

    requestPool: ({ AddressSpace: space, Pool, SubPool, Options, V6 }, context) =>
      serve(logger, context, { method: "RequestPool", fields: { space } }, async (call) => {
        const family = V6 ? 6 : 4;
        const asked = {
          space,
          family,
          options: Options,
          ...(Pool ? { cidr: Pool } : { avoid: await hostRoutes(family) }),
          ...(SubPool && { range: SubPool }),
        } as const;
        const { pool, cidr } = await api.requestPool(hostName, asked, call.options());
        call.logger.info({ pool, cidr }, "pool given");
        return { PoolID: pool, Pool: cidr };
      }),

    releasePool: ({ PoolID: pool }, context) =>
      serve(logger, context, { method: "ReleasePool", fields: { pool } }, async (call) => {
        await unlessUnknown(api.releasePool(hostName, pool, call.options()));
        call.logger.info({}, "pool released");
      }),

    requestAddress: ({ PoolID: pool, Address, Options }, context) =>
      serve(logger, context, { method: "RequestAddress", fields: { pool } }, async (call) => {
        const purpose = Options[addressType] === gatewayAddress ? "gateway" : "unspecified";
        const asked = { purpose, ...(Address && { ip: bareAddress(Address) }) } as const;
        const { address } = await api.requestAddress(hostName, pool, asked, call.options());
        await failpoints?.reached("address", call.signal);
        if (purpose !== "gateway") trail.leave(address, call.request);
        call.logger.info({ address, purpose }, "address given");
        return { Address: address };
      }),

    releaseAddress: ({ PoolID: pool, Address }, context) =>
      serve(
        logger,
        context,
        { method: "ReleaseAddress", fields: { pool, address: Address } },
        async (call) => {
          await unlessUnknown(api.releaseAddress(hostName, pool, bareAddress(Address), call.options()));
          call.logger.info({}, "address released");
        },
      ),
  };
}

/** Docker writes addresses now with, now without prefix length; the API takes them bare. */
export function bareAddress(address: string): string {
  return address.split("/", 1)[0] ?? address;
}

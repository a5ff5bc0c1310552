import type { IpamDriver } from "@fairway/docker-plugin";
import type { HostEndpointItem } from "../center/schemas/host-state.ts";
import { bareAddress } from "../ip.ts";
import { freshAddressSpaces } from "./address-spaces.ts";
import { serve, unlessUnknown } from "./call.ts";
import type { Edge } from "./edge.ts";
import { hostRoutes } from "./host-routes.ts";
import { hasAddress, takingOver } from "./take-over.ts";

const addressType = "RequestAddressType";
const gatewayAddress = "com.docker.network.gateway";

/** The IPAM driver: every pool and every address is the center's. */
export function ipamDriver(edge: Edge): IpamDriver {
  const { api, hostName, correlator, failpoints } = edge;
  return {
    getDefaultAddressSpaces: async () => freshAddressSpaces(hostName),

    requestPool: ({ AddressSpace: space, Pool, SubPool, Options, V6 }, context) =>
      serve(edge, context, { method: "RequestPool", fields: { space } }, async (call) => {
        const family = V6 ? 6 : 4;
        const asked = {
          space,
          family,
          options: Options,
          ...(Pool ? { cidr: Pool } : { avoid: await hostRoutes(family) }),
          ...(SubPool && { range: SubPool }),
        } as const;
        const { pool, cidr } = await api.requestPool({ host: hostName }, asked, call.options());
        call.logger.info({ pool, cidr }, "pool given");
        return { PoolID: pool, Pool: cidr };
      }),

    releasePool: ({ PoolID: pool }, context) =>
      serve(edge, context, { method: "ReleasePool", fields: { pool } }, async (call) => {
        await unlessUnknown(api.releasePool({ host: hostName, pool }, call.releaseOptions()));
        call.logger.info({}, "pool released");
      }),

    requestAddress: ({ PoolID: pool, Address, Options }, context) =>
      serve(edge, context, { method: "RequestAddress", fields: { pool } }, async (call) => {
        const purpose = Options[addressType] === gatewayAddress ? "gateway" : "unspecified";
        const asked = { purpose, ...(Address && { ip: bareAddress(Address) }) } as const;
        // Without a wish any address will do, where the subnet is full.
        const holds = (item: HostEndpointItem) => !Address || hasAddress(item, [bareAddress(Address)]);
        const { address } = await takingOver(edge, call, holds, () =>
          api.requestAddress({ host: hostName, pool }, asked, call.options()),
        );
        await failpoints?.reached("address", call.signal);
        if (purpose !== "gateway") correlator.note(address, call.request);
        call.logger.info({ address, purpose }, "address given");
        return { Address: address };
      }),

    releaseAddress: ({ PoolID: pool, Address }, context) =>
      serve(edge, context, { method: "ReleaseAddress", fields: { pool, address: Address } }, async (call) => {
        await unlessUnknown(
          api.releaseAddress({ host: hostName, pool, ip: bareAddress(Address) }, call.releaseOptions()),
        );
        call.logger.info({}, "address released");
      }),
  };
}

import type { IpamDriver } from "@fairway/docker-plugin";
import type { HostEndpointItem } from "../center/schemas/host-state.ts";
import type { AddressGrant } from "../center/schemas/pool.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { bareAddress, canonicalCidr, canonicalIp, type Family, familyOf } from "../ip.ts";
import { freshAddressSpaces } from "./address-spaces.ts";
import { type Call, serve, unlessUnknown } from "./call.ts";
import type { Edge } from "./edge.ts";
import { endLease } from "./endpoint-lease.ts";
import { hostRoutes } from "./host-routes.ts";
import { leasedAddress } from "./leased-address.ts";
import { hasAddress, takingOver } from "./take-over.ts";

const addressType = "RequestAddressType";
const gatewayAddress = "com.docker.network.gateway";

/** After so many addresses that somebody else has, a container does not start. */
const mostTaken = 32;

/** The IPAM driver: every pool and every address is the center's. */
export function ipamDriver(edge: Edge): IpamDriver {
  const { api, hostName, correlator, defaults, failpoints } = edge;
  /** By pool of the default subnet: its gateway. */
  const defaultGateways = new Map<string, string>();
  const gateway = defaults.gateway && bareAddress(canonicalIp(defaults.gateway));
  const subnet = defaults.subnet && canonicalCidr(defaults.subnet);
  const preferred = (family: Family) =>
    subnet !== undefined && familyOf(subnet) === family ? { preferred: subnet } : {};
  return {
    getDefaultAddressSpaces: async () => freshAddressSpaces(hostName),

    requestPool: ({ AddressSpace: space, Pool, SubPool, Options, V6 }, context) =>
      serve(edge, context, { method: "RequestPool", fields: { space } }, async (call) => {
        const family = V6 ? 6 : 4;
        const asked = {
          space,
          family,
          options: Options,
          ...(Pool ? { cidr: Pool } : { avoid: await hostRoutes(family), ...preferred(family) }),
          ...(SubPool && { range: SubPool }),
        } as const;
        const { pool, cidr } = await api.requestPool({ host: hostName }, asked, call.options());
        if (!Pool && cidr === subnet && gateway !== undefined) defaultGateways.set(pool, gateway);
        call.logger.info({ pool, cidr }, "pool given");
        return { PoolID: pool, Pool: cidr };
      }),

    releasePool: ({ PoolID: pool }, context) =>
      serve(edge, context, { method: "ReleasePool", fields: { pool } }, async (call) => {
        await unlessUnknown(api.releasePool({ host: hostName, pool }, call.releaseOptions()));
        defaultGateways.delete(pool);
        edge.leasedPools.delete(pool);
        call.logger.info({}, "pool released");
      }),

    requestAddress: ({ PoolID: pool, Address, Options }, context) =>
      serve(edge, context, { method: "RequestAddress", fields: { pool } }, async (call) => {
        const purpose = Options[addressType] === gatewayAddress ? "gateway" : "unspecified";
        const wish = Address
          ? bareAddress(Address)
          : purpose === "gateway"
            ? defaultGateways.get(pool)
            : undefined;
        const asked = { purpose, ...(wish !== undefined && { ip: wish }) } as const;
        const holds = (item: HostEndpointItem) => wish !== undefined && hasAddress(item, [wish]);
        const address = await freeAddress(edge, call, pool, asked.ip, () =>
          takingOver(edge, call, holds, () =>
            api.requestAddress({ host: hostName, pool }, asked, call.options()),
          ),
        );
        await failpoints?.reached("address", call.signal);
        if (purpose !== "gateway") correlator.note(address, call.request);
        call.logger.info({ address, purpose }, "address given");
        return { Address: address };
      }),

    releaseAddress: ({ PoolID: pool, Address }, context) =>
      serve(edge, context, { method: "ReleaseAddress", fields: { pool, address: Address } }, async (call) => {
        const ip = bareAddress(Address);
        await unlessUnknown(api.releaseAddress({ host: hostName, pool, ip }, call.releaseOptions()));
        await endLease(edge, pool, ip);
        call.logger.info({}, "address released");
      }),
  };
}

/**
 * An address that nobody else has on its wire. Those that somebody has are kept until there is one, so that each is another.
 * @param asked the only one that will do. @throws `conflict` naming who has it, `exhausted` where one after the other is taken.
 */
async function freeAddress(
  edge: Edge,
  call: Call,
  pool: string,
  asked: string | undefined,
  request: () => Promise<AddressGrant>,
): Promise<string> {
  const { api, agent, hostName, leasedPools } = edge;
  const taken = new Map<string, string>();
  try {
    while (taken.size < mostTaken) {
      const { address, wire, lease } = await request();
      if (lease !== undefined && wire !== undefined) {
        leasedPools.set(pool, wire.network);
        return lease === "ask" ? await leasedAddress(edge, call, { pool, place: wire }) : address;
      }
      const ip = bareAddress(address);
      const holder = wire && (await agent.holderOnWire(wire, ip, call.signal));
      if (holder === undefined) return address;
      taken.set(ip, holder);
      if (asked !== undefined) break;
    }
  } catch (error) {
    const isFull = error instanceof FairwayError && error.code === "exhausted";
    if (!isFull || taken.size === 0) throw error;
  } finally {
    for (const ip of taken.keys())
      await unlessUnknown(api.releaseAddress({ host: hostName, pool, ip }, call.releaseOptions())).catch(
        (error: unknown) =>
          call.logger.warn({ address: ip, error: messageOf(error) }, "an address is left to expire"),
      );
  }
  const [last = "", holder = ""] = [...taken].at(-1) ?? [];
  const who = `in use on the wire by ${holder}, which is no container of the cluster`;
  if (asked !== undefined)
    throw new FairwayError("conflict", `address ${last} is ${who}; choose another one`);
  throw new FairwayError(
    "exhausted",
    `no free address was found: ${taken.size} one after the other are others' on the wire; address ${last} is ${who}. ` +
      "Keep the network to addresses that nobody else gives: --ip-range",
  );
}

import assert from "node:assert/strict";
import type { Network } from "../../../src/center/schemas/network.ts";
import { engineId, root, type TestCenter } from "../../center.ts";

type Options = Record<string, string>;

export const cidr = "192.168.1.0/24";
export const gateway = "192.168.1.1";

/** What `docker network create --subnet … -o …` does, and a start of a container; all that the engine is told. */
export async function make(
  center: TestCenter,
  options: Options,
  { range, internal = false }: { range?: string; internal?: boolean } = {},
) {
  await center.service.hosts.register("h1", { systemId: "s1" }, root);
  const space = engineId();
  const pool = { space, family: 4, cidr, ...(range === undefined ? {} : { range }) } as const;
  const { pool: uuid } = await center.service.pools.request("h1", pool, root);
  await center.service.poolAddresses.request("h1", uuid, { purpose: "gateway" }, root);
  const id = engineId();
  const request = { subnets: [{ space, cidr, gateway }], options, internal };
  const network = await center.service.dockerNetworks.create("h1", id, request, root);
  const start = async () => {
    const { address } = await center.service.poolAddresses.request("h1", uuid, {}, root);
    const key = { host: "h1", networkId: id, endpointId: engineId() };
    const addresses = [address.split("/")[0] ?? ""];
    return center.service.dockerEndpoints.create(key, { addresses }, root);
  };
  return { network, start };
}

export const subnetOf = (network: Network) => network.subnets[0] ?? assert.fail("no subnet");

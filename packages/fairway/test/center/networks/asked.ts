import { FairwayError } from "../../../src/errors.ts";
import { engineId, type MadeNetwork, root, type TestCenter } from "../../center.ts";

/** Whether an error is this one. @param field which field of the request it names. */
export const refused =
  (code: string, pattern: RegExp, field?: string) =>
  (error: unknown): boolean =>
    error instanceof FairwayError &&
    error.code === code &&
    pattern.test(error.message) &&
    (field === undefined || error.fields.some((each) => each.field === field));

/** Registers hosts. */
export async function withHosts(center: TestCenter, ...hosts: readonly string[]): Promise<void> {
  for (const host of hosts) await center.service.hosts.register(host, { systemId: `system-${host}` }, root);
}

/** What an engine does that is told to mirror a network: its pools, its calls, its event. */
export async function mirrorOn(center: TestCenter, host: string, reference: string): Promise<MadeNetwork> {
  const { service } = center;
  const { uuid, name, subnets } = service.networks.show(reference, root);
  const options = { mirror: uuid };
  const pools: string[] = [];
  for (const { cidr } of subnets) {
    const family = cidr.includes(":") ? 6 : 4;
    const { pool } = await service.pools.request(host, { space: "any", family, cidr, options }, root);
    pools.push(pool);
    await service.poolAddresses.request(host, pool, { purpose: "gateway" }, root);
  }
  const id = engineId();
  const asked = subnets.map(({ cidr, gateway }) => ({ space: "any", cidr, ...(gateway && { gateway }) }));
  await service.dockerNetworks.create(host, id, { subnets: asked, options }, root);
  await service.dockerNetworks.describe(host, id, { name, options }, root);
  return { id, uuid, pool: pools[0] ?? "", gateway: subnets[0]?.gateway ?? "" };
}

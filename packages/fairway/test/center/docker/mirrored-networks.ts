import assert from "node:assert/strict";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { FairwayError } from "../../../src/errors.ts";
import { engineId, type MadeNetwork, root, TestCenter } from "../../center.ts";

export const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

/** What a host is told to have now. */
export async function itemsOf(center: TestCenter, host: string): Promise<readonly HostItem[]> {
  const end = new AbortController();
  for await (const message of center.hostStates.follow(host, undefined, end.signal))
    if (message.type === "snapshot") return message.items;
  return assert.fail("there was no snapshot");
}

export async function mirrorsOf(center: TestCenter, host: string): Promise<readonly string[]> {
  return (await itemsOf(center, host)).flatMap((item) => (item.kind === "mirror" ? item.name : []));
}

export async function removalOf(center: TestCenter, host: string): Promise<readonly string[]> {
  const items = await itemsOf(center, host);
  return items.flatMap((item) => (item.kind === "network" && item.removal !== null ? item.removal : []));
}

/** What an engine does that is told to mirror a network, until its event. */
export async function mirror(
  center: TestCenter,
  host: string,
  network: MadeNetwork,
  name = "blue",
): Promise<MadeNetwork> {
  const options = { mirror: network.uuid };
  const { service } = center;
  const subnets = service.networks.show(network.uuid, root).subnets;
  for (const { cidr } of subnets) {
    const family = cidr.includes(":") ? 6 : 4;
    const { pool } = await service.pools.request(host, { space: "any", family, cidr, options }, root);
    await service.poolAddresses.request(host, pool, { purpose: "gateway" }, root);
  }
  const id = engineId();
  const asked = subnets.map(({ cidr, gateway }) => ({ space: "any", cidr, ...(gateway && { gateway }) }));
  await service.dockerNetworks.create(host, id, { subnets: asked, options }, root);
  await service.dockerNetworks.describe(host, id, { name, options }, root);
  return { ...network, id };
}

/** A center with hosts, and a network called blue on the first. */
export async function withBlue(
  ...hosts: readonly string[]
): Promise<{ center: TestCenter; blue: MadeNetwork }> {
  const center = await TestCenter.start();
  for (const host of hosts) await center.service.hosts.register(host, { systemId: `system-${host}` }, root);
  const blue = await center.network(hosts[0] ?? "h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe(hosts[0] ?? "h1", blue.id, { name: "blue" }, root);
  return { center, blue };
}

export const statusOf = (center: TestCenter, network: MadeNetwork) =>
  center.service.networks.show(network.uuid, root).status;

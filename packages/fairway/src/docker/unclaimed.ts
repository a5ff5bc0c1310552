import type { ApiClient } from "../api/client.ts";
import type { HostItem } from "../api/types.ts";
import { bareAddress } from "./bare-address.ts";
import type { Engine } from "./engine.ts";
import { describedEndpoints } from "./facts.ts";

/** An endpoint of a container that runs, on a network that the center has for this engine; the center has not the endpoint. */
export interface Unclaimed {
  readonly key: string;
  readonly engineId: string;
  readonly networkId: string;
  readonly containerId: string;
  readonly addresses: readonly string[];
  readonly mac: string;
  readonly options: Readonly<Record<string, string>>;
}

/** What the center has lost of this engine: it was taken back to an older copy, or somebody took this host for dead. */
export async function findUnclaimed(
  items: Iterable<HostItem>,
  engine: Pick<Engine, "containers">,
  signal: AbortSignal,
): Promise<readonly Unclaimed[]> {
  const networks = new Set<string>();
  const known = new Set<string>();
  for (const item of items) {
    if (item.kind === "network") networks.add(item.engineId);
    if (item.kind === "endpoint" && item.engine !== null) known.add(item.engine.endpointId);
  }
  const containers = await engine.containers(signal);
  const running = containers.filter(({ State }) => State === "running" || State === "paused");
  return running.flatMap(({ Id, NetworkSettings: { Networks } }) =>
    Object.values(Networks)
      .filter(
        ({ NetworkID, EndpointID }) => EndpointID !== "" && networks.has(NetworkID) && !known.has(EndpointID),
      )
      .map(({ NetworkID, EndpointID, IPAddress, GlobalIPv6Address, MacAddress, DriverOpts }) => ({
        key: `unclaimed/${EndpointID}`,
        engineId: EndpointID,
        networkId: NetworkID,
        containerId: Id,
        addresses: [IPAddress, GlobalIPv6Address].filter((address) => address !== "").map(bareAddress),
        mac: MacAddress,
        options: DriverOpts,
      })),
  );
}

export interface Claiming {
  readonly api: Pick<ApiClient, "createDockerEndpoint" | "describeDockerEndpoint">;
  readonly engine: Pick<Engine, "container">;
  readonly host: string;
  readonly request: string;
  readonly signal: AbortSignal;
}

/** Makes the endpoint in the center as it is here. @throws `conflict` where another has its address or its MAC by now. */
export async function claim(
  { engineId, networkId, containerId, addresses, mac, options }: Unclaimed,
  { api, engine, host, request, signal }: Claiming,
): Promise<void> {
  const key = { host, networkId, endpointId: engineId };
  const wish = { addresses: [...addresses], options, request, ...(mac !== "" && { mac }) };
  await api.createDockerEndpoint(key, wish, { request, signal });
  const container = await engine.container(containerId, signal);
  for (const { endpointId, facts } of describedEndpoints(container, new Set([networkId])))
    if (endpointId === engineId) await api.describeDockerEndpoint(key, facts, { request, signal });
}

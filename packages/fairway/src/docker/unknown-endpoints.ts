import type { ApiClient } from "../api/client.ts";
import type { HostItem } from "../center/schemas/host-state.ts";
import { bareAddress } from "../ip.ts";
import type { EngineDrivers } from "./driver-names.ts";
import type { Engine } from "./engine.ts";
import { isRunning } from "./engine-objects.ts";
import { describedEndpoints } from "./facts.ts";
import { labelledGroups } from "./labelled-groups.ts";

/** An endpoint of a container that runs, on a network that the center has for this engine; the center has not the endpoint. */
export interface UnknownEndpoint {
  readonly key: string;
  readonly engineId: string;
  readonly networkId: string;
  readonly containerId: string;
  readonly addresses: readonly string[];
  readonly mac: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface UnknownEndpoints {
  readonly claimable: readonly UnknownEndpoint[];
  /** Whether the center knows every endpoint of a container that runs, on a network that has a driver of ours. */
  readonly isNone: boolean;
}

/** What the center has lost of this engine: it was taken back to an older copy, or somebody took this host for dead. */
export async function findUnknownEndpoints(
  items: Iterable<HostItem>,
  engine: Pick<Engine, "containers" | "allNetworks">,
  drivers: Pick<EngineDrivers, "networks">,
  signal: AbortSignal,
): Promise<UnknownEndpoints> {
  const networks = new Set<string>();
  const known = new Set<string>();
  for (const item of items) {
    if (item.kind === "network") networks.add(item.engineId);
    if (item.kind === "endpoint" && item.engine !== null) known.add(item.engine.endpointId);
  }
  const containers = await engine.containers(signal);
  const running = containers.filter(isRunning);
  const unknown = running.flatMap(({ Id, NetworkSettings: { Networks } }) =>
    Object.values(Networks)
      .filter(({ EndpointID }) => EndpointID !== "" && !known.has(EndpointID))
      .map(({ NetworkID, EndpointID, IPAddress, GlobalIPv6Address, MacAddress, DriverOpts }) => ({
        key: `unknown/${EndpointID}`,
        engineId: EndpointID,
        networkId: NetworkID,
        containerId: Id,
        addresses: [IPAddress, GlobalIPv6Address].filter((address) => address !== "").map(bareAddress),
        mac: MacAddress,
        options: DriverOpts,
      })),
  );
  const claimable = unknown.filter(({ networkId }) => networks.has(networkId));
  if (unknown.length === 0) return { claimable, isNone: true };
  const listed = await engine.allNetworks(signal);
  const driven = new Set(listed.flatMap(({ Id, Driver }) => (drivers.networks.includes(Driver) ? Id : [])));
  return { claimable, isNone: !unknown.some(({ networkId }) => driven.has(networkId)) };
}

export interface EndpointClaim {
  readonly api: Pick<ApiClient, "claimDockerNetwork" | "describeDockerEndpoint">;
  readonly engine: Pick<Engine, "container" | "image">;
  readonly host: string;
  readonly request: string;
  readonly signal: AbortSignal;
}

/** Makes the endpoint known to the center as it is here. @returns why its port must be down; undefined where it need not. */
export async function claimEndpoint(
  { engineId, networkId, addresses, mac, options }: UnknownEndpoint,
  { api, host, request, signal }: Omit<EndpointClaim, "engine">,
): Promise<string | undefined> {
  const wish = { endpointId: engineId, addresses: [...addresses], mac, options, request };
  const { troubles } = await api.claimDockerNetwork(
    { host, networkId },
    { endpoints: [wish] },
    { request, signal },
  );
  return troubles[0]?.trouble;
}

/** Reports to the center whose endpoint it is. */
export async function describeEndpoint(
  { engineId, networkId, containerId }: Pick<UnknownEndpoint, "engineId" | "networkId" | "containerId">,
  { api, engine, host, request, signal }: EndpointClaim,
): Promise<void> {
  const key = { host, networkId, endpointId: engineId };
  const container = await engine.container(containerId, signal);
  const groups = await labelledGroups(engine, container, signal);
  for (const { endpointId, facts } of describedEndpoints(container, new Set([networkId]), groups))
    if (endpointId === engineId) await api.describeDockerEndpoint(key, facts, { request, signal });
}

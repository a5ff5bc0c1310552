import type { ApiClient } from "../api/client.ts";
import type { HostItem } from "../center/schemas/host-state.ts";
import { FairwayError, unlessNotFound } from "../errors.ts";
import type { EdgeAgent } from "./edge.ts";
import type { Engine } from "./engine.ts";
import { type EngineNetwork, isRunning } from "./engine-objects.ts";

/** What is asked of the engine; its answers are the truth about what it has. */
export type EngineLists = Pick<Engine, "networkIds" | "network" | "containers">;

/** A network or an endpoint that the center has for an engine, and the engine has not. */
export type StaleObject =
  | { readonly kind: "network"; readonly key: string; readonly engineId: string; readonly name: string }
  | {
      readonly kind: "endpoint";
      readonly key: string;
      readonly engineId: string;
      readonly networkId: string;
      readonly endpoint: string;
      readonly addresses: readonly string[];
      readonly request: string;
    };

/**
 * What the center has for a host's engine, and the engine has not, endpoints first. It repeats no call that it made while the plugin was down, or that ended with an
 * error (docker-contract: "what leaks is ours to collect"). What it is making at this moment it does not list yet, so one answer
 * proves nothing.
 * @throws where the engine does not answer every question.
 */
export async function findStaleObjects(
  items: Iterable<HostItem>,
  engine: EngineLists,
  signal: AbortSignal,
): Promise<readonly StaleObject[]> {
  const known = [...items].flatMap(inEngine);
  const networks = await engine.networkIds(signal);
  const listed = await listedEndpoints(known, networks, engine, signal);
  const missing = known.filter((each) =>
    each.kind === "network"
      ? !networks.has(each.engineId)
      : !listed.endpoints.has(each.engineId) && !listed.unclear.has(each.networkId),
  );
  if (!missing.some(({ kind }) => kind === "endpoint")) return missing;
  // A network's list has one endpoint for each container; a running container tells all of its own.
  const running = await runningEndpoints(engine, signal);
  return missing
    .filter(({ kind, engineId }) => kind === "network" || !running.has(engineId))
    .sort((one, other) => one.kind.localeCompare(other.kind));
}

/** Removes it: port and link, and in the center the endpoint with its addresses or the network with all that it has. */
export async function purge(gone: StaleObject, { api, agent, host, signal }: Purge): Promise<void> {
  switch (gone.kind) {
    case "network":
      return api.deleteDockerNetwork({ host, networkId: gone.engineId }, { signal });
    case "endpoint": {
      const { endpoint, networkId, engineId: endpointId, request } = gone;
      await agent.unplug(endpoint, request);
      return api.purgeDockerEndpoint({ host, networkId, endpointId }, { request, signal });
    }
  }
}

/** What removing a stale object needs. */
export interface Purge {
  readonly api: Pick<ApiClient, "deleteDockerNetwork" | "purgeDockerEndpoint">;
  readonly agent: Pick<EdgeAgent, "unplug">;
  readonly host: string;
  readonly signal: AbortSignal;
}

/** The engine's thing behind an item of the host's state; none for what the center alone has. */
function inEngine(item: HostItem): StaleObject[] {
  const { key } = item;
  if (item.kind === "network") return [{ kind: "network", key, engineId: item.engineId, name: item.name }];
  if (item.kind !== "endpoint" || item.engine === null) return [];
  const { endpoint, addresses, request, engine } = item;
  const { networkId, endpointId: engineId } = engine;
  return [{ kind: "endpoint", key, engineId, networkId, endpoint, addresses, request }];
}

interface ListedEndpoints {
  readonly endpoints: ReadonlySet<string>;
  /** Networks of which the engine does not say what is on them. */
  readonly unclear: ReadonlySet<string>;
}

/** By the engine's own list of each network: it has half-made endpoints, too. */
async function listedEndpoints(
  known: readonly StaleObject[],
  networks: ReadonlySet<string>,
  engine: EngineLists,
  signal: AbortSignal,
): Promise<ListedEndpoints> {
  const used = new Set(known.flatMap((each) => (each.kind === "endpoint" ? each.networkId : [])));
  const [endpoints, unclear] = [new Set<string>(), new Set<string>()];
  for (const id of used.intersection(networks)) {
    const network = await askedOf(engine.network(id, signal));
    if (network === "unclear") unclear.add(id);
    else for (const { EndpointID } of Object.values(network?.Containers ?? {})) endpoints.add(EndpointID);
  }
  return { endpoints, unclear };
}

async function runningEndpoints(engine: EngineLists, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const containers = await engine.containers(signal);
  const running = containers.filter(isRunning);
  const networks = running.flatMap(({ NetworkSettings }) => Object.values(NetworkSettings.Networks));
  return new Set(networks.map(({ EndpointID }) => EndpointID));
}

/** Undefined where it is gone meanwhile; `unclear` where the engine fails at this one. @throws where it does not answer at all. */
async function askedOf(asked: Promise<EngineNetwork>): Promise<EngineNetwork | "unclear" | undefined> {
  try {
    return await unlessNotFound(asked);
  } catch (error) {
    if (error instanceof FairwayError && error.code === "internal") return "unclear";
    throw error;
  }
}

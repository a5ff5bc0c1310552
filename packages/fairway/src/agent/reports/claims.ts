import type { ApiClient } from "../../api/client.ts";
import type { Claim } from "../../center/schemas/claim.ts";
import type { HostEndpointItem, HostItem, HostNetworkItem } from "../../center/schemas/host-state.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import { bareAddress } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import { linkNames } from "../ports/link-names.ts";
import type { Links } from "../ports/links.ts";

/** How long the engine has to say which networks it has. */
const engineBoundMs = 2_000;

export interface ClaimsParts {
  readonly api: Pick<ApiClient, "claimDockerNetwork">;
  readonly hostName: string;
  readonly links: Pick<Links, "list" | "find">;
  /** The ids of the engine's networks; rejects where it does not answer. */
  readonly engineNetworks: (signal: AbortSignal) => Promise<ReadonlySet<string>>;
  readonly logger: Logger;
}

/**
 * What this host kept, and what the center does not know any more although nothing here was removed: it is claimed. The kernel tells
 * which endpoints live, by their links: the engine may be away while its containers run.
 */
export class Claims {
  readonly #parts: ClaimsParts;
  /** Each claim is answered once: the center's next word counts, whatever it is. */
  readonly #tried = new Set<string>();
  /** Engine's ids of endpoints that were claimed; whose they are only the engine can tell. */
  readonly undescribed = new Set<string>();

  constructor(parts: ClaimsParts) {
    this.#parts = parts;
  }

  /**
   * @param kept what this host had, by the center's last word.
   * @param said what it is to have, by the center's new one.
   * @returns whether the center knows more by now than it said. Throws where it does not answer.
   */
  async claim(kept: Iterable<HostItem>, said: readonly HostItem[], signal: AbortSignal): Promise<boolean> {
    // One of them that is nothing at all is one: the host's state says so.
    const known = new Set(said.map((item: HostItem | null) => item?.key));
    const missing = [...kept].filter(({ key }) => !known.has(key) && !this.#tried.has(key));
    const endpoints = await this.#living(missing);
    const networks = await this.#lasting(missing, endpoints, signal);
    const engineIds = new Set([...networks.keys(), ...endpoints.keys()]);
    let hasClaimed = false;
    for (const id of engineIds) {
      const [network, living = []] = [networks.get(id), endpoints.get(id)];
      hasClaimed = (await this.#claim(id, network, living, missing, signal)) || hasClaimed;
    }
    if (!hasClaimed) this.#tried.clear();
    return hasClaimed;
  }

  /** Endpoints whose link leads into a container, by the engine's id of their network. */
  async #living(missing: readonly HostItem[]): Promise<ReadonlyMap<string, readonly HostEndpointItem[]>> {
    const { links } = this.#parts;
    const candidates = missing.filter(isUp);
    const living = new Map<string, HostEndpointItem[]>();
    if (candidates.length === 0) return living;
    const linked = await links.list();
    for (const item of candidates) {
      if (item.engine === null || !linked.has(item.endpoint)) continue;
      // Before Join and after Leave the container's end is on the host.
      if ((await links.find(linkNames(item.endpoint).container)) !== undefined) continue;
      const { networkId } = item.engine;
      living.set(networkId, [...(living.get(networkId) ?? []), item]);
    }
    return living;
  }

  /** Networks that the engine still has. Its silence is no denial; what it denies later is collected then. */
  async #lasting(
    missing: readonly HostItem[],
    living: ReadonlyMap<string, unknown>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, HostNetworkItem>> {
    const networks = missing.filter(isDefined);
    if (networks.length === 0) return new Map();
    const bound = AbortSignal.any([signal, AbortSignal.timeout(engineBoundMs)]);
    const listed = await this.#parts.engineNetworks(bound).catch(() => undefined);
    signal.throwIfAborted();
    const isThere = (id: string) => listed === undefined || listed.has(id) || living.has(id);
    return new Map(networks.filter(({ engineId }) => isThere(engineId)).map((item) => [item.engineId, item]));
  }

  /** What the center refuses is refused for this network alone. */
  async #claim(
    id: string,
    network: HostNetworkItem | undefined,
    endpoints: readonly HostEndpointItem[],
    missing: readonly HostItem[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { api, hostName, logger } = this.#parts;
    const items = [...(network === undefined ? [] : [network]), ...endpoints];
    const answered = () => {
      for (const { key } of items) this.#tried.add(key);
    };
    const names = {
      networkId: id,
      network: network?.name,
      endpoints: endpoints.map(({ endpoint }) => endpoint),
    };
    try {
      const claim = claimOf(network, endpoints, missing);
      const { troubles } = await api.claimDockerNetwork({ host: hostName, networkId: id }, claim, { signal });
      answered();
      for (const { endpointId } of claim.endpoints) this.undescribed.add(endpointId);
      logger.warn(names, "the center did not know what this host has; it does again");
      for (const trouble of troubles) logger.error(trouble, "a running container's port goes down");
      return true;
    } catch (error) {
      if (signal.aborted || (error instanceof FairwayError && error.retryable)) throw error;
      answered();
      logger.error({ ...names, error: messageOf(error) }, "the center refuses what this host has");
      return false;
    }
  }
}

function isUp(item: HostItem): item is HostEndpointItem {
  return item.kind === "endpoint" && item.down === undefined;
}

function isDefined(item: HostItem): item is HostNetworkItem {
  return item.kind === "network" && item.definition !== undefined;
}

function claimOf(
  network: HostNetworkItem | undefined,
  endpoints: readonly HostEndpointItem[],
  items: readonly HostItem[],
): Claim {
  const portsOf = (endpoint: string) =>
    items.flatMap((item) => (item.kind === "published" && item.endpoint === endpoint ? item.ports : []));
  return {
    ...(network?.definition !== undefined && {
      network: {
        uuid: network.network,
        name: network.name,
        engineName: network.engineName,
        handle: network.handle,
        definition: network.definition,
      },
    }),
    endpoints: endpoints.flatMap(({ endpoint, engine, addresses, mac, request }) =>
      engine === null
        ? []
        : {
            endpointId: engine.endpointId,
            addresses: addresses.map(bareAddress),
            mac,
            ports: portsOf(endpoint),
            request,
          },
    ),
  };
}

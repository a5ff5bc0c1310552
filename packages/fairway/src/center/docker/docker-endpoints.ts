import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow } from "../../intent/view.ts";
import { canonicalIp } from "../../ip.ts";
import { mayActFor } from "../access/access.ts";
import type { Addresses } from "../addresses/addresses.ts";
import { settleGroups } from "../containers/container-groups.ts";
import { settleSources } from "../containers/container-rows.ts";
import type { Context } from "../context.ts";
import { dockerEndpointView } from "../endpoints/docker-endpoint-view.ts";
import { deleteEndpoint, describeEndpoint, makeEndpoint, publishPorts } from "../endpoints/endpoint-rows.ts";
import { endpointSpec } from "../endpoints/endpoint-spec.ts";
import { endpointView } from "../endpoints/endpoint-view.ts";
import { reviveEndpoint } from "../endpoints/lost-endpoints.ts";
import { dockerEndpoint, dockerNetwork, findDockerEndpoint, referred } from "../lookup.ts";
import { readOptions } from "../option-text.ts";
import type {
  DockerEndpoint,
  DockerEndpointFacts,
  DockerEndpointRequest,
  Endpoint,
  EngineEndpointKey,
  PublishedPorts,
} from "../schemas/endpoint.ts";
import { checkStillShared } from "../tenancy/sharing.ts";

/** Endpoints as engines make, describe and remove them. */
export class DockerEndpoints {
  readonly #store: Store;
  readonly #addresses: Addresses;

  constructor(store: Store, addresses: Addresses) {
    this.#store = store;
    this.#addresses = addresses;
  }

  /** CreateEndpoint: binds the addresses that the engine asked for just before. */
  async create(
    key: EngineEndpointKey,
    request: DockerEndpointRequest,
    context: Context,
  ): Promise<DockerEndpoint> {
    mayActFor(context.caller, key.host);
    await this.#store.change((draft) => {
      const known = findDockerEndpoint(draft, key);
      if (known === undefined) return this.#make(draft, key, request);
      const obstacle = reviveEndpoint(draft, this.#addresses, known.endpoint);
      if (obstacle !== undefined) throw new FairwayError("conflict", obstacle);
    });
    return this.show(key, context);
  }

  show(key: EngineEndpointKey, context: Context): DockerEndpoint {
    mayActFor(context.caller, key.host);
    const { view } = this.#store;
    return dockerEndpointView(view, referred(view.get("Endpoint", dockerEndpoint(view, key).endpoint)));
  }

  async describe(key: EngineEndpointKey, facts: DockerEndpointFacts, context: Context): Promise<Endpoint> {
    mayActFor(context.caller, key.host);
    await this.#store.change((draft) => {
      const handle = dockerEndpoint(draft, key);
      draft.update("Docker_Endpoint", handle._uuid, {
        ...(facts.containerId === undefined ? {} : { container_id: facts.containerId }),
        ...(facts.containerName === undefined ? {} : { container_name: facts.containerName }),
      });
      const known = dockerEndpoint(draft, key);
      settleSources(draft, known);
      settleGroups(draft, known);
      describeEndpoint(draft, handle.endpoint, facts);
    });
    const { view } = this.#store;
    return endpointView(view, referred(view.get("Endpoint", dockerEndpoint(view, key).endpoint)));
  }

  /** The engine moves a container's published ports between its endpoints; its host holds them and tells which. */
  async publish(key: EngineEndpointKey, { ports }: PublishedPorts, context: Context): Promise<void> {
    mayActFor(context.caller, key.host);
    await this.#store.change((draft) => publishPorts(draft, dockerEndpoint(draft, key).endpoint, ports));
  }

  /** DeleteEndpoint. The engine releases the addresses with a call of its own; if that never comes, they expire. */
  async delete(key: EngineEndpointKey, context: Context): Promise<void> {
    mayActFor(context.caller, key.host);
    await this.#store.change((draft) => {
      const handle = findDockerEndpoint(draft, key);
      if (handle !== undefined) deleteEndpoint(draft, handle.endpoint, this.#addresses.reservedUntil);
    });
  }

  /** The engine has the endpoint no longer, and will not release its addresses either: they go, too. */
  async purge(key: EngineEndpointKey, context: Context): Promise<void> {
    mayActFor(context.caller, key.host);
    await this.#store.change((draft) => {
      const handle = findDockerEndpoint(draft, key);
      if (handle !== undefined) deleteEndpoint(draft, handle.endpoint);
    });
  }

  #make(draft: Draft, key: EngineEndpointKey, request: DockerEndpointRequest): void {
    const handle = dockerNetwork(draft, key.host, key.networkId);
    const { options = {}, mac, request: trail = "" } = request;
    const spec = {
      ...readOptions(endpointSpec, options),
      addresses: request.addresses.map(canonicalIp),
      mac,
      options,
      request: trail,
    };
    const uuid = derive("endpoint", handle.host, key.endpointId);
    const { organization } = handle;
    const place = {
      network: referred(draft.get("Network", handle.network)),
      host: referred(draft.get("Host", handle.host)),
      organization,
    };
    checkStillShared(draft, place.network, organization);
    makeEndpoint(draft, this.#addresses, uuid, place, spec);
    putHandle(draft, handle, key.endpointId, uuid);
  }
}

/** The engine's handle of an endpoint. @param network the engine's network. */
export function putHandle(
  draft: Draft,
  { _uuid: network, host }: IntentRow<"Docker_Network">,
  engineId: string,
  endpoint: string,
): IntentRow<"Docker_Endpoint"> {
  return draft.insert("Docker_Endpoint", derive("docker-endpoint", host, engineId), {
    host,
    engine_id: engineId,
    docker_network: network,
    endpoint,
    container_id: null,
    container_name: null,
  });
}

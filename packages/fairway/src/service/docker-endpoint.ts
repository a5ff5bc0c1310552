import { FairwayError } from "../errors.ts";
import { derive, deriveMac, routerMac } from "../identity.ts";
import type { Draft } from "../intent/draft.ts";
import { keyOf } from "../intent/indexes.ts";
import { encodePort } from "../intent/published-port.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { canonicalIp, contains, parseCidr, parseIp } from "../ip.ts";
import { mayActFor } from "./access.ts";
import { type Addresses, isUsable } from "./addresses.ts";
import { readEndpointOptions } from "./endpoint-options.ts";
import { dockerEndpoint, dockerNetwork, findDockerEndpoint, referred } from "./lookup.ts";
import { isLost, reviveEndpoint } from "./lost-endpoints.ts";
import { fitMtu } from "./mtu.ts";
import { holderOf, isReservedBy } from "./pool-addresses.ts";
import { checkEndpointQuota } from "./quotas.ts";
import type {
  DockerEndpoint,
  DockerEndpointFacts,
  DockerEndpointRequest,
  Endpoint,
  PublishedPorts,
} from "./schemas/endpoint.ts";
import type { Context, EngineEndpointKey } from "./service.ts";
import { dockerEndpointView, endpointView, hostNameOf, subnetsOf } from "./views.ts";

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
      draft.update("Endpoint", handle.endpoint, {
        ...(facts.names === undefined ? {} : { names: distinct(facts.names) }),
        ...(facts.labels === undefined ? {} : { labels: facts.labels }),
      });
    });
    const { view } = this.#store;
    return endpointView(view, referred(view.get("Endpoint", dockerEndpoint(view, key).endpoint)));
  }

  /** The engine moves a container's published ports between its endpoints; its host holds them and tells which. */
  async publish(key: EngineEndpointKey, { ports }: PublishedPorts, context: Context): Promise<void> {
    mayActFor(context.caller, key.host);
    await this.#store.change((draft) =>
      draft.update("Endpoint", dockerEndpoint(draft, key).endpoint, {
        ports: distinct(ports.map(encodePort)),
      }),
    );
  }

  /** DeleteEndpoint. The engine releases the addresses with a call of its own; if that never comes, they expire. */
  async delete(key: EngineEndpointKey, context: Context): Promise<void> {
    mayActFor(context.caller, key.host);
    await this.#store.change((draft) => {
      const handle = findDockerEndpoint(draft, key);
      if (handle !== undefined) deleteEndpoint(draft, handle, this.#addresses.reservedUntil);
    });
  }

  /** The engine has the endpoint no longer: nobody will release its addresses. */
  async forget(key: EngineEndpointKey, context: Context): Promise<void> {
    mayActFor(context.caller, key.host);
    await this.#store.change((draft) => {
      const handle = findDockerEndpoint(draft, key);
      if (handle !== undefined) deleteEndpoint(draft, handle);
    });
  }

  #make(draft: Draft, key: EngineEndpointKey, request: DockerEndpointRequest): void {
    const handle = dockerNetwork(draft, key.host, key.networkId);
    const network = referred(draft.get("Network", handle.network));
    const uuid = derive("endpoint", handle.host, key.endpointId);
    const ips = request.addresses.map(canonicalIp);
    readEndpointOptions(request.options ?? {});
    checkEndpointQuota(draft, handle.host);
    fitMtu(draft, network, referred(draft.get("Host", handle.host)));
    draft.insert("Endpoint", uuid, {
      network: network._uuid,
      mac: chooseMac(draft, network._uuid, request.mac?.toLowerCase(), ips[0] ?? uuid),
      host: handle.host,
      names: [],
      labels: {},
      options: request.options ?? {},
      published: distinct(request.published ?? []),
      ports: [],
      request: request.request ?? "",
      lost: [],
      status: {},
    });
    for (const ip of ips) this.#bind(draft, network, handle.host, uuid, ip);
    draft.insert("Docker_Endpoint", derive("docker-endpoint", handle.host, key.endpointId), {
      host: handle.host,
      engine_id: key.endpointId,
      docker_network: handle._uuid,
      endpoint: uuid,
      container_id: null,
      container_name: null,
    });
  }

  #bind(draft: Draft, network: IntentRow<"Network">, host: string, endpoint: string, ip: string): void {
    const subnet = subnetsOf(draft, network._uuid).find((row) => contains(parseCidr(row.cidr), parseIp(ip)));
    if (subnet === undefined || !isUsable(subnet.cidr, ip))
      throw new FairwayError(
        "invalid",
        `address ${ip} is not one that a container can have on network ${network.name}`,
      );
    const [address] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
    if (address !== undefined) {
      const isFree =
        address.endpoint === null && address.purpose === "endpoint" && isReservedBy(address, host);
      if (!isFree)
        throw new FairwayError("conflict", `address ${ip} is already in use by ${holderOf(draft, address)}`);
      draft.update("Address", address._uuid, { endpoint, host, expires: null });
      return;
    }
    // Given by another IPAM driver, or by ours so long ago that it expired.
    if (!this.#addresses.take(draft, subnet, ip))
      throw new FairwayError("conflict", `address ${ip} is already in use by another request`);
    draft.insert("Address", derive("address", endpoint, ip), {
      subnet: subnet._uuid,
      ip,
      purpose: "endpoint",
      endpoint,
      host,
      expires: null,
    });
  }
}

/** What a set of the intent's can hold: each once. */
function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/** @param expires when a managed address that nobody releases is free again, ms; absent: at once. */
export function deleteEndpoint(draft: Draft, handle: IntentRow<"Docker_Endpoint">, expires?: number): void {
  for (const address of draft.find("Address", "byEndpoint", handle.endpoint)) {
    const managed = draft.get("Subnet", address.subnet)?.managed === true;
    if (managed && expires !== undefined) draft.update("Address", address._uuid, { endpoint: null, expires });
    else draft.delete("Address", address._uuid);
  }
  draft.delete("Docker_Endpoint", handle._uuid);
  draft.delete("Endpoint", handle.endpoint);
}

/**
 * The asked one, or one made of the network and the address: whoever has the address next has the same MAC, so that
 * no neighbour's cache is wrong.
 */
function chooseMac(view: View, network: string, asked: string | undefined, address: string): string {
  const isFree = (mac: string) => view.count("Endpoint", "byNetworkMac", keyOf(network, mac)) === 0;
  if (asked !== undefined) {
    if (asked === routerMac(network))
      throw new FairwayError(
        "conflict",
        `MAC address ${asked} is the gateway's on this network; choose another one`,
      );
    if (isFree(asked)) return asked;
    const [holder] = view.find("Endpoint", "byNetworkMac", keyOf(network, asked));
    const host = holder !== undefined && isLost(holder) ? hostNameOf(view, holder.host) : null;
    const mend =
      host === null
        ? ""
        : ` by a container of host ${host}, which is down; fairway host rm ${host} --dead frees it`;
    throw new FairwayError("conflict", `MAC address ${asked} is already in use on this network${mend}`);
  }
  for (let salt = 0; ; salt++) {
    const mac = deriveMac(network, address, String(salt));
    if (isFree(mac)) return mac;
  }
}

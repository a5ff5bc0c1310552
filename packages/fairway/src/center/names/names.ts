import { FairwayError } from "../../errors.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp } from "../../ip.ts";
import { mayActFor } from "../access/access.ts";
import type { Context } from "../context.ts";
import { addressesOf } from "../endpoints/endpoint-view.ts";
import { hostNamed, referred } from "../lookup.ts";
import type { AddressAnswer, Asker, NameAnswer, NetworkNames } from "../schemas/name.ts";
import { subnetWith } from "../subnets/network-subnets.ts";
import { endpointAsking } from "./asker.ts";

/** Of one network, so that an answer stays small. */
const listedAtMost = 4_096;

/**
 * What containers may know of each other by name: a container's name, its aliases and its short id, on every network that the asking
 * container is attached to, on any host; nothing of other networks.
 */
export class Names {
  readonly #view: View;

  constructor(store: Store) {
    this.#view = store.view;
  }

  /** The addresses behind `name` or `name.network`, of the first of the asker's networks that has it. */
  resolve(asker: Asker, name: string, context: Context): NameAnswer {
    const view = this.#view;
    const wanted = name.toLowerCase();
    const { host, networks } = this.#surroundings(asker, context);
    const found =
      this.#firstWith(networks, () => wanted) ??
      this.#firstWith(networks, (network) => withoutNetwork(wanted, networkNames(view, host, network)));
    if (found === undefined) return { known: false, addresses: [] };
    const addresses = found.flatMap((uuid) => addressesOf(view, uuid).map(({ ip }) => ip));
    return { known: true, addresses };
  }

  /** The names behind an address of one of the asker's networks. */
  reverseLookup(asker: Asker, address: string, context: Context): AddressAnswer {
    const view = this.#view;
    const { host, networks } = this.#surroundings(asker, context);
    for (const network of networks) {
      const subnet = subnetWith(view, network, address);
      if (subnet === undefined) continue;
      const [row] = view.find("Address", "bySubnetIp", keyOf(subnet._uuid, canonicalIp(address)));
      const endpoint = row?.endpoint == null ? undefined : view.get("Endpoint", row.endpoint);
      return { known: true, names: endpoint === undefined ? [] : fullNames(view, host, endpoint) };
    }
    return { known: false, names: [] };
  }

  /** Everybody's names on a network that the host has a container on. */
  list(hostName: string, network: string, context: Context): NetworkNames {
    mayActFor(context.caller, hostName);
    const view = this.#view;
    const host = hostNamed(view, hostName);
    if (view.find("Endpoint", "byNetworkHost", keyOf(network, host._uuid)).length === 0)
      throw new FairwayError("not_found", `host ${hostName} has no container on network ${network}`);
    const bearers = view
      .find("Endpoint", "byNetwork", network)
      .slice(0, listedAtMost)
      .flatMap(({ _uuid, names }) => {
        const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
        const own = handle?.container_name ?? null;
        const all = [...new Set(own === null ? names : [own, ...names])];
        return all.length === 0
          ? []
          : [{ names: all, addresses: addressesOf(view, _uuid).map(({ ip }) => ip) }];
      });
    return { called: [...new Set(networkNames(view, host, network))], bearers };
  }

  #firstWith(
    networks: readonly string[],
    nameOn: (network: string) => string | undefined,
  ): readonly string[] | undefined {
    for (const network of networks) {
      const name = nameOn(network);
      if (name === undefined) continue;
      const bearers = this.#view.find("Endpoint", "byNetworkName", keyOf(network, name));
      if (bearers.length > 0) return bearers.map(({ _uuid }) => _uuid);
    }
    return undefined;
  }

  /** The networks of the asking container: that of its question first. Throws `not_found` where the host has no such container. */
  #surroundings(
    asker: Asker,
    context: Context,
  ): { readonly host: IntentRow<"Host">; readonly networks: readonly string[] } {
    const { host, endpoint } = endpointAsking(this.#view, asker, context);
    return { host, networks: networksOf(this.#view, endpoint) };
  }
}

/** All networks of the container that an endpoint belongs to; its own alone until the engine has told the container. */
function networksOf(view: View, endpoint: IntentRow<"Endpoint">): readonly string[] {
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", endpoint._uuid);
  const container = handle?.container_id ?? null;
  if (handle === undefined || container === null) return [endpoint.network];
  const others = view
    .find("Docker_Endpoint", "byContainer", keyOf(handle.host, container))
    .map((row) => referred(view.get("Endpoint", row.endpoint)).network);
  return [...new Set([endpoint.network, ...others.sort()])];
}

/** How a network is called on a host: by its engine, and in the cluster. */
function networkNames(view: View, host: IntentRow<"Host">, network: string): readonly string[] {
  const onEngine = view
    .find("Docker_Network", "byNetwork", network)
    .flatMap((row) => (row.host === host._uuid && row.name !== null ? row.name : []));
  return [...onEngine, referred(view.get("Network", network)).name];
}

/** `web` of `web.blue` where blue is one of the network's names. */
function withoutNetwork(name: string, networks: readonly string[]): string | undefined {
  const ending = networks.map((network) => `.${network.toLowerCase()}`).find((text) => name.endsWith(text));
  return ending === undefined ? undefined : name.slice(0, -ending.length);
}

function fullNames(view: View, host: IntentRow<"Host">, endpoint: IntentRow<"Endpoint">): string[] {
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", endpoint._uuid);
  const [network = ""] = networkNames(view, host, endpoint.network);
  const container = handle?.container_name ?? null;
  const names = container === null ? [...endpoint.names] : [container];
  return names.map((name) => `${name}.${network}`);
}

import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { isMirrored } from "../../intent/mirroring.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow } from "../../intent/view.ts";
import { canonicalCidr } from "../../ip.ts";
import { mayActFor } from "../access/access.ts";
import type { Context } from "../context.ts";
import { requestHostAccess } from "../hosts/host-access.ts";
import { checkNetworkQuota } from "../hosts/quotas.ts";
import { dockerNetwork, findDockerNetwork, referred, registeredHost } from "../lookup.ts";
import { claim } from "../networks/network-name.ts";
import { describeNetwork } from "../networks/network-rows.ts";
import type { DockerNetworkFacts, DockerNetworkRequest, Network } from "../schemas/network.ts";
import { checkSubnets } from "../subnets/check-subnets.ts";
import type { KeptSubnets } from "../subnets/kept-subnets.ts";
import { limitForeign } from "../subnets/subnets.ts";
import { guestNamed } from "../tenancy/sharing.ts";
import { networkView } from "../views.ts";
import { deleteHandle, keepNetwork } from "./handle-removal.ts";
import { join } from "./join-network.ts";
import { make } from "./make-network.ts";
import { type NetworkOptions, readNetworkOptions } from "./network-options.ts";
import { takeUpAgain } from "./remade-network.ts";
import { joinInZone, makeInZone, waitingInZone } from "./zone-networks.ts";

/** Networks as engines make, name and remove them. */
export class DockerNetworks {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #kept: KeptSubnets;

  /** @param now the time in ms. @param kept what no network gets. */
  constructor(store: Store, now: () => number, kept: KeptSubnets) {
    this.#store = store;
    this.#now = now;
    this.#kept = kept;
  }

  /** CreateNetwork: binds the pools that the engine asked for just before, or joins a network that is there. */
  async create(host: string, id: string, request: DockerNetworkRequest, context: Context): Promise<Network> {
    mayActFor(context.caller, host);
    const options = readNetworkOptions(request.options ?? {});
    checkSubnets(request.subnets);
    await this.#store.change((draft) => {
      const owner = registeredHost(draft, host);
      if (findDockerNetwork(draft, host, id) !== undefined) return;
      const { network, handle, organization = null } = this.#networkFor(draft, owner, id, request, options);
      const made = draft.insert("Docker_Network", derive("docker-network", owner._uuid, id), {
        host: owner._uuid,
        engine_id: id,
        network,
        organization,
        name: null,
        driver: request.driver ?? null,
        handle,
        options: {},
        ipam_options: {},
        ranges: {},
        gateways: [],
        attachable: false,
        outdated: false,
        use: null,
      });
      if (handle === "joined") keepNetwork(draft, referred(draft.get("Network", network)), made);
    });
    return this.#show(host, id);
  }

  /**
   * The engine's event tells the name and all that CreateNetwork did not. The name is claimed in the cluster, or the
   * network goes by `name@host`.
   */
  async describe(host: string, id: string, facts: DockerNetworkFacts, context: Context): Promise<Network> {
    mayActFor(context.caller, host);
    await this.#store.change((draft) => {
      const handle = dockerNetwork(draft, host, id);
      const network = referred(draft.get("Network", handle.network));
      const ranges = (facts.ranges ?? []).map(({ cidr, range }) => [
        canonicalCidr(cidr),
        canonicalCidr(range),
      ]);
      draft.update("Docker_Network", handle._uuid, {
        name: facts.name,
        options: facts.options ?? {},
        ipam_options: facts.ipamOptions ?? {},
        ranges: Object.fromEntries(ranges),
        gateways: [...new Set((facts.gateways ?? []).map(canonicalCidr))],
        attachable: facts.attachable ?? false,
        // Under another name it is not what the cluster put there.
        ...(handle.handle === "mirrored" && facts.name !== network.name && { handle: "joined" as const }),
      });
      if (handle.handle !== "made" || takeUpAgain(draft, handle._uuid, facts)) return;
      const labels = facts.labels ?? {};
      const scope = network.options["scope"] === undefined && isOfCompose(labels) ? "host" : network.scope;
      describeNetwork(draft, network, {
        labels,
        attachable: facts.attachable ?? false,
        scope,
        // Who inherited it may call it otherwise; the others know it by the name that was claimed.
        ...(!network.claimed && claim(draft, { _uuid: network._uuid, scope }, facts.name, host, id)),
      });
      if (network.changed.includes("subnets")) return;
      for (const [cidr = "", range = ""] of ranges) limitForeign(draft, network._uuid, cidr, range);
    });
    return this.#show(host, id);
  }

  /** Somebody on a host that has no container on the network wants to reach one: the host does for a while. */
  async requestHostAccess(host: string, id: string, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    await this.#store.change((draft) => {
      const handle = dockerNetwork(draft, host, id);
      requestHostAccess(draft, handle.network, handle.host, this.#now());
    });
  }

  /** DeleteNetwork: the handle goes, and what goes with it. */
  async delete(host: string, id: string, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    await this.#store.change((draft) => {
      const handle = findDockerNetwork(draft, host, id);
      if (handle !== undefined) deleteHandle(draft, handle);
    });
  }

  #networkFor(
    draft: Draft,
    owner: IntentRow<"Host">,
    id: string,
    request: DockerNetworkRequest,
    options: NetworkOptions,
  ): Pick<IntentRow<"Docker_Network">, "network" | "handle"> &
    Partial<Pick<IntentRow<"Docker_Network">, "organization">> {
    const { mirror, network: reference, organization: guest } = options.handle;
    if (mirror !== undefined) {
      const network = join(draft, owner, mirror, request.subnets);
      if (isMirrored(network)) return { network: network._uuid, handle: "mirrored" };
      throw new FairwayError("conflict", `network ${network.name} is not one that every engine has`);
    }
    if (reference !== undefined) {
      const network = join(draft, owner, reference, request.subnets);
      const organization = guestNamed(draft, network, guest);
      return { network: network._uuid, handle: "joined", organization };
    }
    const inZone = waitingInZone(draft, owner, request.subnets);
    const [there] = inZone === undefined ? [] : draft.find("Network", "byName", inZone);
    if (there !== undefined) {
      joinInZone(draft, owner, there, request.subnets);
      return { network: there._uuid, handle: "joined" };
    }
    checkNetworkQuota(draft, owner);
    const cidrs = request.subnets.map(({ cidr }) => cidr);
    this.#kept.check(cidrs);
    if (inZone !== undefined)
      return { network: makeInZone(draft, owner, inZone, { request, options }), handle: "joined" };
    return { network: make(draft, owner, id, request, options), handle: "made" };
  }

  #show(host: string, id: string): Network {
    const { view } = this.#store;
    const handle = dockerNetwork(view, host, id);
    return networkView(view, referred(view.get("Network", handle.network)));
  }
}

/** Two teams' `app_default` are two networks. */
function isOfCompose(labels: Readonly<Record<string, string>>): boolean {
  return labels["com.docker.compose.project"] !== undefined;
}

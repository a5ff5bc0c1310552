import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import { isMirrored } from "../../intent/mirroring.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow } from "../../intent/view.ts";
import { canonicalCidr, canonicalIp } from "../../ip.ts";
import { mayActFor } from "../access/access.ts";
import { checkMayJoin } from "../access/network-access.ts";
import { keepAddress } from "../addresses/bindings.ts";
import { holderOf } from "../addresses/holder.ts";
import type { Context } from "../context.ts";
import { requestHostAccess } from "../hosts/host-access.ts";
import { checkNetworkQuota } from "../hosts/quotas.ts";
import { dockerNetwork, findDockerNetwork, networkOf, referred, registeredHost } from "../lookup.ts";
import { claim, unnamed } from "../networks/network-name.ts";
import { describeNetwork, makeNetwork } from "../networks/network-rows.ts";
import { checkLeased, modeOf, place, scopeOf } from "../physical-networks/placement.ts";
import type { DockerNetworkFacts, DockerNetworkRequest, Network } from "../schemas/network.ts";
import { checkSubnets } from "../subnets/check-subnets.ts";
import { checkTunnelsApart, type KeptSubnets } from "../subnets/kept-subnets.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { specOf } from "../subnets/specs-of-rows.ts";
import { subnetSpec } from "../subnets/subnet-spec.ts";
import { fitSubnets, limitForeign, putSubnet } from "../subnets/subnets.ts";
import { networkView } from "../views.ts";
import { deleteHandle, keepNetwork } from "./handle-removal.ts";
import { checkLeasedPools } from "./leased-pools.ts";
import { type NetworkOptions, readNetworkOptions } from "./network-options.ts";
import { waitingPool } from "./pools.ts";
import { takeUpAgain } from "./remade-network.ts";

type DockerSubnet = DockerNetworkRequest["subnets"][number];

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
      const { network, handle } = this.#networkFor(draft, owner, id, request, options);
      const made = draft.insert("Docker_Network", derive("docker-network", owner._uuid, id), {
        host: owner._uuid,
        engine_id: id,
        network,
        name: null,
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
  ): Pick<IntentRow<"Docker_Network">, "network" | "handle"> {
    const { mirror, network: reference } = options.handle;
    if (mirror !== undefined) {
      const network = join(draft, owner, mirror, request.subnets);
      if (isMirrored(network)) return { network: network._uuid, handle: "mirrored" };
      throw new FairwayError("conflict", `network ${network.name} is not one that every engine has`);
    }
    if (reference !== undefined)
      return { network: join(draft, owner, reference, request.subnets)._uuid, handle: "joined" };
    checkNetworkQuota(draft, owner);
    const cidrs = request.subnets.map(({ cidr }) => cidr);
    this.#kept.check(cidrs);
    return { network: make(draft, owner, id, request, options), handle: "made" };
  }

  #show(host: string, id: string): Network {
    const { view } = this.#store;
    const handle = dockerNetwork(view, host, id);
    return networkView(view, referred(view.get("Network", handle.network)));
  }
}

/** @returns the UUID of the network, which has no name of its own yet. */
function make(
  draft: Draft,
  host: IntentRow<"Host">,
  id: string,
  request: DockerNetworkRequest,
  { spec, subnet: options }: NetworkOptions,
): string {
  const uuid = derive("network", host._uuid, id);
  const placement = place(draft, spec);
  const [mode, internal] = [modeOf(draft, placement, spec), request.internal ?? false];
  checkLeased(draft, placement, spec);
  checkTunnelsApart(
    draft,
    { mode, internal },
    request.subnets.map(({ cidr }) => cidr),
  );
  makeNetwork(
    draft,
    uuid,
    {
      name: unnamed(id, host.name),
      claimed: false,
      placement,
      mode,
      origin: "docker",
      origin_host: host._uuid,
      removal: null,
      host,
    },
    { ...spec, scope: scopeOf(draft, placement, spec), internal, attachable: false, labels: {} },
  );
  for (const subnet of request.subnets) bind(draft, host, uuid, subnet, request.managed ?? true);
  fitSubnets(draft, uuid, options);
  checkLeasedPools(draft, uuid, request, spec);
  return uuid;
}

/** The subnet that the engine's pool becomes; with another IPAM driver's addresses there was no pool. */
function bind(
  draft: Draft,
  host: IntentRow<"Host">,
  network: string,
  wanted: DockerSubnet,
  managed: boolean,
): void {
  const cidr = canonicalCidr(wanted.cidr);
  const own = {
    gateway: wanted.gateway === undefined ? null : canonicalIp(wanted.gateway),
    auxiliaries: (wanted.auxiliaries ?? []).map(canonicalIp),
  };
  if (!managed) {
    const spec = subnetSpec.parse({ ...own, cidr, managed });
    putSubnet(draft, derive("subnet", network, cidr), network, spec);
    return;
  }
  const pool = waitingPool(draft, host, wanted.space, cidr);
  if (pool === undefined)
    throw new FairwayError(
      "conflict",
      `the pool of subnet ${cidr} was released or expired; create the network again (one that joins another by ` +
        "--ipam-opt network=NAME needs --opt network=NAME as well)",
    );
  putSubnet(draft, pool._uuid, network, { ...specOf(pool), ...own });
  for (const { _uuid } of draft.find("Docker_Pool", "bySubnet", pool._uuid))
    draft.update("Docker_Pool", _uuid, { address_space: null, expires: null });
}

/** `-o network=NAME`: this engine's network is one that exists. What it says of subnets must be so. */
function join(
  draft: Draft,
  host: IntentRow<"Host">,
  reference: string,
  subnets: readonly DockerSubnet[],
): IntentRow<"Network"> {
  const network = networkOf(draft, reference);
  checkMayJoin(draft, network, host);
  const has = subnetsOf(draft, network._uuid);
  for (const wanted of subnets) {
    const cidr = canonicalCidr(wanted.cidr);
    const subnet = has.find((row) => row.cidr === cidr);
    if (subnet === undefined)
      throw new FairwayError(
        "invalid",
        `network ${network.name} has no subnet ${cidr}; give --ipam-opt network=${reference} too`,
      );
    if (wanted.gateway !== undefined && subnet.gateway === null)
      // An engine asks for one in any case; nothing answers there.
      keepAddress(draft, subnet._uuid, canonicalIp(wanted.gateway), "gateway");
    else if (wanted.gateway !== undefined && canonicalIp(wanted.gateway) !== subnet.gateway)
      throw new FairwayError(
        "invalid",
        `the gateway of subnet ${cidr} of network ${network.name} is ${subnet.gateway ?? "none"}, not ${wanted.gateway}`,
      );
    for (const auxiliary of wanted.auxiliaries ?? []) {
      const ip = canonicalIp(auxiliary);
      const [address] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
      if (address !== undefined && (address.endpoint !== null || address.purpose === "reserved"))
        throw new FairwayError(
          "conflict",
          `auxiliary address ${ip} is already in use by ${holderOf(draft, address)}`,
        );
      keepAddress(draft, subnet._uuid, ip, address?.purpose === "gateway" ? "gateway" : "auxiliary");
    }
  }
  return network;
}

/** Two teams' `app_default` are two networks. */
function isOfCompose(labels: Readonly<Record<string, string>>): boolean {
  return labels["com.docker.compose.project"] !== undefined;
}

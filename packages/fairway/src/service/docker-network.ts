import { FairwayError } from "../errors.ts";
import { derive } from "../identity.ts";
import type { Draft } from "../intent/draft.ts";
import { keyOf } from "../intent/indexes.ts";
import { isMirrored } from "../intent/mirroring.ts";
import type { Store } from "../intent/store.ts";
import type { IntentRow } from "../intent/view.ts";
import { canonicalIp, contains, formatCidr, overlaps, parseCidr, parseIp } from "../ip.ts";
import { mayActFor, mayChangeAll } from "./access.ts";
import { dockerNetwork, findDockerNetwork, networkOf, referred, registeredHost } from "./lookup.ts";
import { effectiveMtu } from "./mtu.ts";
import { checkMayJoin } from "./network-access.ts";
import { keepAddress } from "./network-addresses.ts";
import { claim, unnamed } from "./network-name.ts";
import { type NetworkOptions, readNetworkOptions } from "./network-options.ts";
import { spaceOf } from "./pool.ts";
import { holderOf } from "./pool-addresses.ts";
import { checkNetworkQuota } from "./quotas.ts";
import { takeUpAgain } from "./remade-network.ts";
import { askRemoval, deleteHandle, keepNetwork } from "./removal.ts";
import { checkNotReserved } from "./reserved-subnets.ts";
import type { DockerNetworkFacts, DockerNetworkRequest, Network } from "./schemas/network.ts";
import type { Context } from "./service.ts";
import { type SubnetOptions, subnetCells } from "./subnet-options.ts";
import { networkView, subnetsOf } from "./views.ts";

/** How long a host reaches a network after somebody has asked. */
const askedMs = 600_000;

type DockerSubnet = DockerNetworkRequest["subnets"][number];

/** Networks as engines make, name and remove them. */
export class DockerNetworks {
  readonly #store: Store;
  readonly #now: () => number;

  /** @param now the time in ms. */
  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
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
        use: null,
        asked_until: null,
      });
      if (handle === "joined") keepNetwork(draft, referred(draft.get("Network", network)), made);
    });
    return this.#show(host, id);
  }

  /**
   * The engine's event tells the name and all that CreateNetwork did not. The name is claimed in the cluster, or the
   * network goes by `name@host` (design §4).
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
      draft.update("Network", network._uuid, {
        labels,
        scope,
        // Who inherited it may call it otherwise; the others know it by the name that was claimed.
        ...(!network.claimed && claim(draft, { _uuid: network._uuid, scope }, facts.name, host, id)),
      });
      for (const [cidr, range] of ranges) limitForeign(draft, network._uuid, cidr, range);
    });
    return this.#show(host, id);
  }

  /** Somebody on a host that has no container on the network wants to reach one: the host does for a while. */
  async ask(host: string, id: string, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    const until = this.#now() + askedMs;
    await this.#store.change((draft) => {
      const { _uuid, asked_until } = dockerNetwork(draft, host, id);
      if ((asked_until ?? 0) < until - askedMs / 2)
        draft.update("Docker_Network", _uuid, { asked_until: until });
    });
  }

  /** DeleteNetwork: the handle goes, and what goes with it (design §4). */
  async delete(host: string, id: string, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    await this.#store.change((draft) => {
      const handle = findDockerNetwork(draft, host, id);
      if (handle !== undefined) deleteHandle(draft, handle);
    });
  }

  /** Removes the network from every engine, once none has a container on it. */
  async remove(reference: string, context: Context): Promise<Network> {
    mayChangeAll(context.caller);
    const { view } = this.#store;
    const { _uuid } = networkOf(view, reference);
    const before = networkView(view, referred(view.get("Network", _uuid)));
    await this.#store.change((draft) => {
      const network = draft.get("Network", _uuid);
      if (network !== undefined) askRemoval(draft, network, "everywhere");
    });
    const network = view.get("Network", _uuid);
    return network === undefined ? { ...before, status: { removal: "removed" } } : networkView(view, network);
  }

  #networkFor(
    draft: Draft,
    owner: IntentRow<"Host">,
    id: string,
    request: DockerNetworkRequest,
    options: NetworkOptions,
  ): Pick<IntentRow<"Docker_Network">, "network" | "handle"> {
    if (options.mirror !== undefined) {
      const network = join(draft, owner, options.mirror, request.subnets);
      if (isMirrored(network)) return { network: network._uuid, handle: "mirrored" };
      throw new FairwayError("conflict", `network ${network.name} is not one that every engine has`);
    }
    if (options.network !== undefined)
      return { network: join(draft, owner, options.network, request.subnets)._uuid, handle: "joined" };
    checkNetworkQuota(draft, owner);
    return { network: this.#make(draft, owner, id, request, options), handle: "made" };
  }

  #make(
    draft: Draft,
    owner: IntentRow<"Host">,
    id: string,
    request: DockerNetworkRequest,
    options: NetworkOptions,
  ): string {
    const uuid = derive("network", owner._uuid, id);
    draft.insert("Network", uuid, {
      name: unnamed(id, owner.name),
      claimed: false,
      mode: options.mode,
      internal: request.internal ?? false,
      mtu_asked: options.mtuAsked,
      mtu: effectiveMtu(options.mtuAsked, draft, owner),
      options: options.kept,
      labels: {},
      origin: "docker",
      origin_host: owner._uuid,
      scope: options.scope,
      removal: null,
      status: {},
    });
    for (const subnet of request.subnets) bind(draft, owner.name, uuid, subnet, request.managed ?? true);
    fit(draft, uuid, options.subnet);
    return uuid;
  }

  #show(host: string, id: string): Network {
    const { view } = this.#store;
    const handle = dockerNetwork(view, host, id);
    return networkView(view, referred(view.get("Network", handle.network)));
  }
}

/** Throws `invalid` where a subnet is reserved, two of a network's subnets overlap, or a gateway lies in another subnet. */
function checkSubnets(subnets: readonly DockerSubnet[]): void {
  const cidrs = subnets.map(({ cidr }) => parseCidr(cidr));
  for (const cidr of cidrs) checkNotReserved(formatCidr(cidr));
  for (const [at, one] of cidrs.entries()) {
    const other = cidrs.slice(0, at).find((before) => overlaps(before, one));
    if (other === undefined) continue;
    const names = `${formatCidr(other)} and ${formatCidr(one)}`;
    throw new FairwayError("invalid", `subnets ${names} of one network overlap; they must lie apart`);
  }
  for (const [at, { gateway }] of subnets.entries()) {
    const subnet = cidrs[at];
    if (gateway === undefined || subnet === undefined || contains(subnet, parseIp(gateway))) continue;
    // Where a subnet is a single address or two, its gateway lies elsewhere.
    if (subnet.last - subnet.first <= 1n) continue;
    throw new FairwayError(
      "invalid",
      `gateway ${gateway} must be an address of its subnet ${formatCidr(subnet)}`,
    );
  }
}

/** The subnet that the engine's pool became; with another IPAM driver's addresses there was no pool. */
function bind(draft: Draft, host: string, network: string, wanted: DockerSubnet, managed: boolean): void {
  const cidr = formatCidr(parseCidr(wanted.cidr));
  const gateway = wanted.gateway === undefined ? null : canonicalIp(wanted.gateway);
  const space = spaceOf(host, wanted.space);
  const pool = managed ? draft.find("Subnet", "bySpace", space).find((row) => row.cidr === cidr) : undefined;
  if (managed && pool === undefined)
    throw new FairwayError(
      "conflict",
      `the pool of subnet ${cidr} was released or expired; create the network again (one that joins another by ` +
        "--ipam-opt network=NAME needs --opt network=NAME as well)",
    );
  const uuid = pool?._uuid ?? derive("subnet", network, cidr);
  if (pool === undefined)
    draft.insert("Subnet", uuid, {
      network,
      cidr,
      space: "",
      gateway,
      ranges: [],
      host_routes: [],
      dns: [],
      options: {},
      managed,
      automatic: false,
      same_as: null,
      foreign: null,
      expires: null,
    });
  else draft.update("Subnet", uuid, { network, space: "", gateway, foreign: null, expires: null });
  if (gateway !== null) keepAddress(draft, uuid, gateway, "gateway");
  for (const auxiliary of wanted.auxiliaries ?? [])
    keepAddress(draft, uuid, canonicalIp(auxiliary), "auxiliary");
}

/** Gives the network's subnets what its options say of them. */
function fit(draft: Draft, network: string, options: SubnetOptions): void {
  const subnets = subnetsOf(draft, network);
  const cells = subnetCells(options, subnets);
  for (const [at, subnet] of subnets.entries())
    draft.update("Subnet", subnet._uuid, { ...cells[at], options: { ...subnet.options, ...options.kept } });
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
    const cidr = formatCidr(parseCidr(wanted.cidr));
    const subnet = has.find((row) => row.cidr === cidr);
    if (subnet === undefined)
      throw new FairwayError(
        "invalid",
        `network ${network.name} has no subnet ${cidr}; give --ipam-opt network=${reference} too`,
      );
    if (wanted.gateway !== undefined && canonicalIp(wanted.gateway) !== subnet.gateway)
      throw new FairwayError(
        "invalid",
        `the gateway of subnet ${cidr} of network ${network.name} is ${subnet.gateway ?? "none"}, not ${wanted.gateway}`,
      );
    for (const auxiliary of wanted.auxiliaries ?? []) {
      const ip = canonicalIp(auxiliary);
      const [address] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
      if (address !== undefined && address.endpoint !== null)
        throw new FairwayError(
          "conflict",
          `auxiliary address ${ip} is already in use by ${holderOf(draft, address)}`,
        );
      keepAddress(draft, subnet._uuid, ip, address?.purpose === "gateway" ? "gateway" : "auxiliary");
    }
  }
  return network;
}

/** What another IPAM driver hands out from here is where ours takes from, too: from the far end (design §3). */
function limitForeign(
  draft: Draft,
  network: string,
  cidr: string | undefined,
  range: string | undefined,
): void {
  const subnet = subnetsOf(draft, network).find((row) => row.cidr === cidr);
  if (range === undefined || subnet === undefined || subnet.managed || subnet.ranges.length > 0) return;
  draft.update("Subnet", subnet._uuid, { ranges: [range] });
}

/** Two teams' `app_default` are two networks (design §4). */
function isOfCompose(labels: Readonly<Record<string, string>>): boolean {
  return labels["com.docker.compose.project"] !== undefined;
}

function canonicalCidr(cidr: string): string {
  return formatCidr(parseCidr(cidr));
}

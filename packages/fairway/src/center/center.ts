import type { Changeable } from "../intent/joint-change.ts";
import type { Store } from "../intent/store.ts";
import { nameOf } from "./access/access.ts";
import { noteUses } from "./addresses/address-uses.ts";
import type { Addresses } from "./addresses/addresses.ts";
import { Reservations } from "./addresses/reservations.ts";
import { UsedAddresses } from "./addresses/used-addresses.ts";
import { ContainerPorts } from "./containers/container-ports.ts";
import { ContainerPublications } from "./containers/publications.ts";
import type { Context } from "./context.ts";
import { Claims } from "./docker/claims.ts";
import { DockerEndpoints } from "./docker/docker-endpoints.ts";
import { DockerNetworks } from "./docker/docker-networks.ts";
import { ForeignPools } from "./docker/foreign-pools.ts";
import { Mirrors } from "./docker/mirrors.ts";
import { PoolAddresses } from "./docker/pool-addresses.ts";
import { Pools } from "./docker/pools.ts";
import { Endpoints } from "./endpoints/endpoints.ts";
import { Ports } from "./endpoints/ports.ts";
import { EventFeed } from "./events/event-feed.ts";
import { shownObject } from "./events/shown-objects.ts";
import type { HostStateSource } from "./hosts/host-state-source.ts";
import { Hosts, type HostsOptions } from "./hosts/hosts.ts";
import type { Liveness } from "./hosts/liveness.ts";
import { Troubles } from "./hosts/troubles.ts";
import type { Certifier } from "./members/certifier.ts";
import { Members } from "./members/members.ts";
import { Tokens } from "./members/tokens.ts";
import { Names } from "./names/names.ts";
import { NetworkSubnets } from "./networks/network-subnets.ts";
import { Networks } from "./networks/networks.ts";
import { PhysicalNetworks } from "./physical-networks/physical-networks.ts";
import { PhysicalPorts } from "./physical-networks/physical-ports.ts";
import { Policies } from "./policies/policies.ts";
import { Principals } from "./principals/principals.ts";
import type { Progress } from "./progress.ts";
import { RouteTargets } from "./route-targets/route-targets.ts";
import { GatewayHosts } from "./routers/gateway-hosts.ts";
import { Routers } from "./routers/routers.ts";
import { ResolvedNames } from "./security-groups/resolved-names.ts";
import { SecurityGroups } from "./security-groups/security-groups.ts";
import { ClusterStatus } from "./status.ts";
import { type AutomaticPool, AutomaticSubnets } from "./subnets/automatic-subnets.ts";
import { KeptSubnets } from "./subnets/kept-subnets.ts";
import { Organizations } from "./tenancy/organizations.ts";
import { Zones } from "./tenancy/zones.ts";
import type { PacketTracer } from "./traces/packet-tracer.ts";
import { Traces } from "./traces/traces.ts";
import { Transactions } from "./transactions.ts";
import { Vips } from "./vips/vips.ts";

export interface CenterOptions {
  readonly store: Store;
  readonly progress: Progress;
  readonly tracer: PacketTracer;
  readonly hostStates: HostStateSource;
  readonly liveness: Liveness;
  readonly automaticPools: readonly AutomaticPool[];
  /** Subnets that no network gets: `addresses.reserved`. */
  readonly reservedSubnets?: readonly string[] | undefined;
  /** `tenancy.create`: levels that engines name are made where they are not there. */
  readonly makesLevels?: boolean | undefined;
  readonly addresses: Addresses;
  readonly centerName: string;
  readonly version: string;
  /** Absent where no other machine can join. */
  readonly certifier?: Certifier | undefined;
  /** The time in ms. */
  readonly now: () => number;
  /** The MTU below which no host's word takes a network, bytes. */
  readonly smallestMtu: number;
  readonly removeChassis: HostsOptions["removeChassis"];
}

/** The center's use cases, by noun. */
export type Center = Readonly<ReturnType<typeof createCenter>>;

/** The nouns that users make, change and remove. */
export interface UserNouns {
  readonly networks: Networks;
  readonly subnets: NetworkSubnets;
  readonly physicalNetworks: PhysicalNetworks;
  readonly physicalPorts: PhysicalPorts;
  readonly ports: Ports;
  readonly reservations: Reservations;
  readonly principals: Principals;
  readonly routers: Routers;
  readonly organizations: Organizations;
  readonly zones: Zones;
  readonly securityGroups: SecurityGroups;
  readonly policies: Policies;
  readonly vips: Vips;
}

/**
 * Puts the use cases together. Each is idempotent: the same request twice gives the same answer and one object; what is released or
 * deleted twice succeeds. Each throws `FairwayError` and then has changed nothing.
 */
export function createCenter(options: CenterOptions) {
  const { store, progress, hostStates, addresses, certifier, now, reservedSubnets = [] } = options;
  const kept = new KeptSubnets(reservedSubnets);
  const hosts = new Hosts(options);
  store.completeBy((draft) => noteUses(draft, now()));
  const automatic = new AutomaticSubnets(options.automaticPools, kept);
  const nounsOn = (on: Changeable): UserNouns => ({
    networks: new Networks(on, automatic, kept),
    subnets: new NetworkSubnets(on, automatic, kept),
    physicalNetworks: new PhysicalNetworks(on),
    physicalPorts: new PhysicalPorts(on),
    ports: new Ports({ store: on, addresses, progress }),
    reservations: new Reservations(on, addresses, now),
    principals: new Principals(on, certifier, now),
    routers: new Routers(on, addresses),
    organizations: new Organizations(on),
    zones: new Zones(on),
    securityGroups: new SecurityGroups(on),
    policies: new Policies(on),
    vips: new Vips(on, addresses),
  });
  const nouns = nounsOn(store);
  const tokens = new Tokens(store, certifier, now);
  const { principals } = nouns;
  const events = new EventFeed({
    store,
    now,
    show: (view, noun, uuid) => shownObject(view, { hosts, principals, tokens }, noun, uuid),
  });
  return {
    status: new ClusterStatus(options),
    hosts,
    troubles: new Troubles(store),
    gatewayHosts: new GatewayHosts(store),
    hostStates,
    tokens,
    members: new Members({ ...options, certifier }),
    events,
    authorship: {
      /** Runs work on a caller's behalf: the log tells whose change it is. */
      onBehalfOf: <Result>({ caller, request }: Context, work: () => Result): Result =>
        store.changeLog.onBehalfOf({ who: nameOf(caller), request }, work),
    },
    names: new Names(store),
    resolvedNames: new ResolvedNames(store, progress, now),
    ...nouns,
    transactions: new Transactions(store, nounsOn),
    addresses: new UsedAddresses(store.view, addresses),
    routeTargets: new RouteTargets(store.view),
    endpoints: new Endpoints({ view: store.view, progress }),
    traces: new Traces(options),
    // What engines know of these nouns.
    pools: new Pools(store, addresses, automatic, options.makesLevels ?? false),
    poolAddresses: new PoolAddresses(store, addresses),
    foreignPools: new ForeignPools(store, addresses, now),
    dockerNetworks: new DockerNetworks(store, now, kept),
    dockerEndpoints: new DockerEndpoints(store, addresses),
    containerPorts: new ContainerPorts(store),
    publications: new ContainerPublications(store),
    claims: new Claims(store, addresses),
    mirrors: new Mirrors(store),
  };
}

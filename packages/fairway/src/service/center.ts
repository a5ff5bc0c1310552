import type { Store } from "../intent/store.ts";
import { central } from "../intent/view.ts";
import { mayActFor, mayReadAll } from "./access.ts";
import type { Addresses } from "./addresses.ts";
import { type AutomaticPool, AutomaticSubnets } from "./automatic-subnets.ts";
import type { Certifier } from "./certifier.ts";
import { Claims } from "./claims.ts";
import { DockerEndpoints } from "./docker-endpoint.ts";
import { DockerNetworks } from "./docker-network.ts";
import { ForeignPools } from "./foreign-pools.ts";
import { Hosts } from "./hosts.ts";
import type { Liveness } from "./liveness.ts";
import { endpointOf, hostNamed, networkOf } from "./lookup.ts";
import { Members } from "./members.ts";
import { Mirrors } from "./mirrors.ts";
import { Names } from "./names.ts";
import { unowned } from "./owners.ts";
import { Pools } from "./pool.ts";
import { PoolAddresses } from "./pool-addresses.ts";
import type { AwaitedStage, EndpointProgress } from "./schemas/endpoint.ts";
import type { Status } from "./schemas/status.ts";
import type { Service } from "./service.ts";
import { Tokens } from "./tokens.ts";
import { Troubles } from "./troubles.ts";
import { endpointView, hostNameOf, networkView } from "./views.ts";

/** More are not told. */
const unownedAtMost = 20;

/** What the service asks of control, which stands above it. */
export interface Progress {
  /** Work that is not applied yet. */
  readonly pending: number;
  /** `unwritable`: this central leads, and has not taken Northbound over yet. */
  readonly northbound: Status["stores"]["northbound"];
  /** The version of OVN's northd; null until it has said so. */
  readonly ovnVersion: string | null;
  /** Waits a while for the stage, where one is named. */
  endpoint(uuid: string, until: AwaitedStage | undefined, signal: AbortSignal): Promise<EndpointProgress>;
}

export interface CenterOptions {
  readonly store: Store;
  readonly progress: Progress;
  readonly liveness: Liveness;
  readonly automaticPools: readonly AutomaticPool[];
  readonly addresses: Addresses;
  readonly centralName: string;
  readonly version: string;
  /** Absent where no other machine can join. */
  readonly certifier?: Certifier | undefined;
  /** The time in ms. */
  readonly now: () => number;
  /** The MTU below which no host's word takes a network, bytes. */
  readonly smallestMtu: number;
}

/** The center's use cases, put together. */
export function createService(options: CenterOptions): Service {
  const { store, progress, addresses, now } = options;
  const { view } = store;
  const pools = new Pools(store, addresses, new AutomaticSubnets(options.automaticPools));
  const poolAddresses = new PoolAddresses(store, addresses);
  const foreignPools = new ForeignPools(store, addresses, now);
  const networks = new DockerNetworks(store, now);
  const endpoints = new DockerEndpoints(store, addresses);
  const claims = new Claims(store, addresses);
  const mirrors = new Mirrors(store);
  const troubles = new Troubles(store);
  const hosts = new Hosts(options);
  const names = new Names(store);
  const tokens = new Tokens(store, options.certifier, now);
  const members = new Members({ ...options, certifier: options.certifier });
  return {
    status: () => statusOf(options),
    registerHost: (name, facts, context) => hosts.register(name, facts, context),
    listHosts: (context) => hosts.list(context),
    showHost: (name, context) => hosts.show(name, context),
    beat: (name, context) => hosts.beat(name, context),
    removeHost: (name, removal, context) => hosts.remove(name, removal, context),
    createToken: (request, context) => tokens.create(request, context),
    listTokens: (context) => tokens.list(context),
    removeToken: (reference, context) => tokens.remove(reference, context),
    join: (request) => members.join(request),
    renewCertificate: (name, request, context) => members.renew(name, request, context),
    requestPool: (host, request, context) => pools.request(host, request, context),
    releasePool: (host, pool, context) => pools.release(host, pool, context),
    requestAddress: (host, pool, request, context) => poolAddresses.request(host, pool, request, context),
    releaseAddress: (host, pool, ip, context) => poolAddresses.release(host, pool, ip, context),
    tellForeignNetworks: (host, told, context) => foreignPools.tell(host, told, context),
    tellTroubles: (host, report, context) => troubles.tell(host, report, context),
    tellMirrors: (host, report, context) => mirrors.tell(host, report, context),
    createDockerNetwork: (host, id, request, context) => networks.create(host, id, request, context),
    describeDockerNetwork: (host, id, facts, context) => networks.describe(host, id, facts, context),
    askForDockerNetwork: (host, id, context) => networks.ask(host, id, context),
    deleteDockerNetwork: (host, id, context) => networks.delete(host, id, context),
    claimDockerNetwork: (host, id, claim, context) => claims.claim(host, id, claim, context),
    createDockerEndpoint: (key, request, context) => endpoints.create(key, request, context),
    showDockerEndpoint: (key, context) => endpoints.show(key, context),
    describeDockerEndpoint: (key, facts, context) => endpoints.describe(key, facts, context),
    publishDockerEndpoint: (key, ports, context) => endpoints.publish(key, ports, context),
    deleteDockerEndpoint: (key, context) => endpoints.delete(key, context),
    forgetDockerEndpoint: (key, context) => endpoints.forget(key, context),
    resolveName: (asker, name, context) => names.resolve(asker, name, context),
    whoHasAddress: (asker, address, context) => names.whoHas(asker, address, context),
    listNames: (host, network, context) => names.list(host, network, context),
    listNetworks: (context) => {
      mayReadAll(context.caller);
      return Array.from(view.rows("Network"), (row) => networkView(view, row)).sort((a, b) =>
        a.name.localeCompare(b.name),
      );
    },
    showNetwork: (reference, context) => {
      mayReadAll(context.caller);
      return networkView(view, networkOf(view, reference));
    },
    removeNetwork: (reference, context) => networks.remove(reference, context),
    listEndpoints: (filter, context) => {
      mayReadAll(context.caller);
      const network = filter.network === undefined ? undefined : networkOf(view, filter.network)._uuid;
      const host = filter.host === undefined ? undefined : hostNamed(view, filter.host)._uuid;
      return Array.from(
        network === undefined ? view.rows("Endpoint") : view.find("Endpoint", "byNetwork", network),
      )
        .filter((row) => host === undefined || row.host === host)
        .map((row) => endpointView(view, row));
    },
    showEndpoint: (reference, context) => {
      mayReadAll(context.caller);
      return endpointView(view, endpointOf(view, reference));
    },
    endpointProgress: async (uuid, until, context) => {
      const host = hostNameOf(view, view.get("Endpoint", uuid)?.host ?? null);
      if (host !== null) mayActFor(context.caller, host);
      return await progress.endpoint(uuid, until, context.signal);
    },
  };
}

function statusOf({ store, progress, centralName, version }: CenterOptions): Status {
  const { view, replica } = store;
  const row = central(view);
  const size = (table: "Host" | "Network" | "Endpoint" | "Address") => replica.table(table).size;
  return {
    version,
    ovn: progress.ovnVersion,
    leader: {
      name: row?.leader ?? "",
      epoch: row?.epoch ?? 0,
      self: row?.leader === centralName && store.epoch !== undefined && replica.isSynced,
    },
    stores: {
      intent: replica.isSynced ? "connected" : "disconnected",
      northbound: progress.northbound,
    },
    counts: {
      hosts: size("Host"),
      networks: size("Network"),
      endpoints: size("Endpoint"),
      addresses: size("Address"),
    },
    unowned: unowned(view).slice(0, unownedAtMost),
    pending: progress.pending,
  };
}

import { dirname } from "node:path";
import type { ApiClient } from "../api/client.ts";
import type { HostEndpointItem } from "../center/schemas/host-state.ts";
import type { Failpoints } from "../failpoints.ts";
import { FileWatch } from "../host/file-watch.ts";
import { Netlink } from "../host/netlink/netlink.ts";
import { openOpenVSwitch } from "../host/open-vswitch/open-vswitch.ts";
import { resolvConfFile } from "../host/resolv-conf.ts";
import { askDaemon } from "../host/unixctl.ts";
import type { Logger } from "../logger.ts";
import { nameService } from "./firewall/name-service.ts";
import { GatewayWatch } from "./gateways/gateway-watch.ts";
import { leasesFile, openKeptLeases } from "./leases/kept-leases.ts";
import { lanNameServers } from "./leases/lan-name-servers.ts";
import { Leases } from "./leases/leases.ts";
import { CenterNames } from "./names/center-names.ts";
import { ConfiguredServers } from "./names/configured-servers.ts";
import { containerNamer } from "./names/container-name.ts";
import { KnownNames, namesFile } from "./names/known-names.ts";
import { type NamedUplink, NameServer, type NameServerParts } from "./names/name-server.ts";
import { NamedEgress } from "./names/named-egress.ts";
import { ovnReaches } from "./names/ovn-sequence.ts";
import { findLinkless } from "./ports/linkless.ts";
import { Links } from "./ports/links.ts";
import { startNamespacePorts } from "./ports/namespace-ports.ts";
import { Plugger } from "./ports/plugger.ts";
import { Ports } from "./ports/ports.ts";
import { Reconciler } from "./ports/reconciler.ts";
import { HostInterfaces } from "./provider-bridges/host-interfaces.ts";
import { physicalNetworkOn } from "./provider-bridges/network-on-bridge.ts";
import { nicRecordsIn } from "./provider-bridges/nic-record.ts";
import { ProviderBridges } from "./provider-bridges/provider-bridges.ts";
import { type OnWire, TakenAddresses } from "./provider-bridges/taken-addresses.ts";
import type { StartNicMove } from "./provider-bridges/taken-nics.ts";
import { VlanInterfaces } from "./provider-bridges/vlan-interfaces.ts";
import type { PublishedPorts } from "./published-ports/published-ports.ts";
import { Claims } from "./reports/claims.ts";
import { Heartbeat } from "./reports/heartbeat.ts";
import { HostRegistration } from "./reports/registration.ts";
import { TroubleReport, troublesFile } from "./reports/trouble-report.ts";
import { type RunningUplinks, startUplinks } from "./start-uplinks.ts";
import { HostState } from "./state/host-state.ts";
import { openKeptState } from "./state/kept-state.ts";
import { uplinkKey } from "./state/keys.ts";
import { destinationsIn } from "./uplinks/namespace-routes.ts";
import { Routing } from "./uplinks/routing.ts";
import type { Uplink } from "./uplinks/uplink.ts";

/** What the agent needs of the center. */
export type AgentApi = Pick<
  ApiClient,
  | "registerHost"
  | "followHostState"
  | "recordHeartbeat"
  | "endpointProgress"
  | "requestHostAccess"
  | "claimDockerNetwork"
  | "listNames"
  | "resolveName"
  | "reverseLookup"
  | "admitName"
  | "reportTroubles"
  | "reportGatewayReadiness"
  | "reportPublications"
  | "showPort"
>;

export interface AgentOptions {
  readonly api: AgentApi;
  readonly hostName: string;
  /** Of this host's Open vSwitch database, e.g. /run/openvswitch/db.sock. */
  readonly openvswitchSocket: string;
  /** The integration bridge, `br-int`. */
  readonly bridge: string;
  /** Where the host's last state is kept, e.g. /var/lib/fairway/host-state.json; absent: nowhere. */
  readonly stateFile?: string | undefined;
  /** The ids of the engine's networks; rejects where it does not answer. */
  readonly engineNetworks: (signal: AbortSignal) => Promise<ReadonlySet<string>>;
  /** Subnets outside private space that this host is to reach as well; none by default. */
  readonly reach?: readonly string[];
  /** Whether names are answered in the places of the servers that containers are configured with; true by default. */
  readonly interceptNames?: boolean;
  /** What of this host its containers reach; all by default. */
  readonly services?: "all" | "names";
  /** Starts `fairway move-nic` beside this process; absent: NICs with the host's address are left alone. */
  readonly moveNic?: StartNicMove;
  readonly logger: Logger;
  readonly failpoints?: Failpoints | undefined;
}

/** How a container on a wire reaches its own host, in which it is no neighbour of the host's. */
export interface HostWay {
  /** The addresses of its uplink on the link, with prefix lengths. */
  readonly uplink: readonly string[];
  /** What the host calls itself. */
  readonly host: readonly string[];
  /** The name servers in whose place the host answers, itself among them. */
  readonly servers: readonly string[];
  /** Those that the host itself asks. */
  readonly ownServers: readonly string[];
}

export interface RunningAgent
  extends Pick<Plugger, "prepare" | "plug" | "unplug">,
    Pick<RunningUplinks, "uplinkReady">,
    Pick<PublishedPorts, "publish" | "revoke">,
    AsyncDisposable {
  /** Undefined where a network's containers are not on a wire, or this host has no uplink to them. */
  wayToHost(network: string): Promise<HostWay | undefined>;
  /** Who else has an address on a wire, in words; undefined where nobody answers for it. @throws the signal's reason. */
  holderOnWire(wire: OnWire, ip: string, signal: AbortSignal): Promise<string | undefined>;
  /** The physical network of which this host's interface is in a bridge of Open vSwitch, by name; undefined where there is none. */
  physicalNetworkOn(bridge: string): string | undefined;
  /** The addresses that containers have from DHCP servers of their LANs. */
  readonly leases: Pick<Leases, "find" | "findOfEngine" | "take" | "bind" | "release" | "decline">;
  /** Where the routes of a network namespace lead, by its file; nowhere where there is no such file. */
  routesIn(namespace: string): Promise<ReadonlySet<string>>;
  /** What this host must have, by the center's word. */
  readonly state: Pick<HostState, "items" | "isFresh" | "awaySinceMs">;
  /** Engine's ids of endpoints that were claimed, of whose containers the center knows nothing. Who tells it takes them out. */
  readonly undescribed: Set<string>;
  /** Endpoints of this host whose link is gone, and with it their container. */
  linkless(signal: AbortSignal): Promise<readonly HostEndpointItem[]>;
  /** The engine was asked, beginning then (`performance.now()`), and what it has is claimed: what is left over may go. */
  engineCompared(begunMs: number): void;
  /** Calls `listener` when a port or link seems to be a leftover. @returns what ends that. */
  onLeftover(listener: () => void): () => void;
  /** Calls `listener` whenever that has changed, or was confirmed, with the keys of what did; without where anything may have. */
  onState(listener: (keys?: readonly string[]) => void): void;
  /**
   * Notes the name servers that a container has of its own (`docker run --dns`), by its engine's id; none: it has no own ones, or is gone.
   * Names are answered in their place, too.
   */
  setNameServers(container: string, servers: readonly string[]): void;
  /** Forgets those of all other containers. */
  keepNameServers(containers: ReadonlySet<string>): void;
  /** Adds a version to what the center knows of this host. */
  setVersion(name: string, version: string): void;
}

/** Begins to serve this host; neither Open vSwitch nor the center need to be there yet. */
export function startAgent(options: AgentOptions): RunningAgent {
  const { api, hostName, openvswitchSocket, bridge, stateFile, engineNetworks, logger, failpoints } = options;
  const stack = new AsyncDisposableStack();
  const netlink = stack.use(new Netlink());
  const links = new Links(netlink);
  const openVSwitch = stack.use(openOpenVSwitch(openvswitchSocket, logger));
  const { replica } = openVSwitch;
  const ports = new Ports(openVSwitch, bridge);
  const plugger = stack.use(new Plugger({ links, ports, api, logger, failpoints }));
  const registration = stack.use(new HostRegistration({ api, hostName, replica, links, logger }));
  stack.use(new Heartbeat({ api, hostName, logger }));
  const file = stateFile === undefined ? undefined : troublesFile(stateFile);
  const report = stack.use(new TroubleReport({ api, hostName, file, logger }));
  const { troubles } = report;
  const kept = stateFile === undefined ? undefined : stack.use(openKeptState(stateFile, logger));
  const claims = new Claims({ api, hostName, links, engineNetworks, logger });
  const onUnknownHost = () => registration.again();
  const state = stack.use(new HostState({ api, hostName, logger, kept, claims, onUnknownHost }));
  const reconciler = stack.use(
    new Reconciler({ state, plugger, links, ports, replica, troubles, logger, hasEngine: true }),
  );
  state.onChange("reconcile the ports", (keys) => reconciler.follow(keys));
  const namespaces = stack.use(
    startNamespacePorts({ state, api, netlink, openVSwitch, bridge, troubles, logger }),
  );
  state.onChange("reconcile the ports of namespaces", (keys) => namespaces.follow(keys));
  state.onChange("report what does not work", (keys) => {
    if (keys === undefined) report.reportAgain();
  });
  const { reach = [], services = "all", interceptNames = true } = options;
  const common = {
    state,
    api,
    hostName,
    openVSwitch,
    openvswitchSocket,
    bridge,
    netlink,
    links,
    troubles,
    logger,
  };
  const known = stack.use(
    new KnownNames({ api, hostName, state, file: stateFile && namesFile(stateFile), logger }),
  );
  const centerNames = new CenterNames({ api, hostName, known, logger, now: () => performance.now() });
  const nameOf = containerNamer({ names: centerNames, state });
  const servers = new ConfiguredServers({ resolvConf: resolvConfFile, except: nameService.address });
  const containersServers = () => servers.named();
  const traffic = stack.use(startUplinks({ ...common, reach, services, nameOf, containersServers }));
  traffic.onSurroundings((told) => registration.setTaken(told));
  const { uplinks, published } = traffic;
  const interfaces = new HostInterfaces(links);
  const vlanInterfaces = new VlanInterfaces(netlink);
  const nics =
    stateFile === undefined || options.moveNic === undefined
      ? undefined
      : { directory: nicRecordsIn(stateFile), start: options.moveNic };
  const bridges = stack.use(
    new ProviderBridges({
      state,
      openVSwitch,
      bridge,
      interfaces,
      vlanInterfaces,
      nics,
      troubles,
      logger,
    }),
  );
  const taken = new TakenAddresses({ state, links, troubles, logger });
  const keptLeases = stateFile && stack.use(openKeptLeases(leasesFile(stateFile), logger));
  const leases = stack.use(new Leases({ state, links, troubles, kept: keptLeases || undefined, logger }));
  state.onChange("renew leases", (keys) => leases.follow(keys));
  const askSwitch = () => askDaemon(dirname(openvswitchSocket), "ovs-vswitchd", "version");
  const gateways = stack.use(new GatewayWatch({ state, links, api, hostName, askSwitch, logger }));
  state.onChange("look at the next hops of routers", (keys) => gateways.follow(keys));
  state.onChange("reconcile the provider bridges", (keys) => bridges.follow(keys));
  state.onChange("ask for names", known.look);
  const intercepted = interceptNames ? servers : { list: async () => [] };
  const interception = { servers: intercepted, routing: new Routing(netlink) };
  const lanOf: NameServerParts["lanOf"] = (asker) => lanNameServers({ state, leases, links }, asker);
  const egress = new NamedEgress({
    api,
    hostName,
    state,
    reaches: (sequence, signal) => ovnReaches(openVSwitch.replica, bridge, sequence, signal),
    logger,
    now: () => performance.now(),
  });
  const names = stack.use(
    new NameServer({ api, hostName, known, netlink, links, troubles, lanOf, egress, interception, logger }),
  );
  if (interceptNames) stack.use(new FileWatch(servers.files, () => names.look(), logger));
  uplinks.onChange("serve names", () => names.serve(namedUplinks(uplinks.live.values())));
  return {
    state,
    onState: (listener) => void state.onChange("follow the host's state", listener),
    undescribed: claims.undescribed,
    prepare: (port) => plugger.prepare(port),
    plug: (port, signal) => plugger.plug(port, signal),
    unplug: async (endpoint, request) => {
      await published.revoke(endpoint);
      await plugger.unplug(endpoint, request);
    },
    publish: (endpoint, wishes) => published.publish(endpoint, wishes),
    revoke: (endpoint) => published.revoke(endpoint),
    uplinkReady: (network, signal) => traffic.uplinkReady(network, signal),
    async wayToHost(network) {
      const item = state.items.get(uplinkKey(network));
      if (item?.kind !== "uplink" || item.mode !== "wire") return undefined;
      const answered = item.namesFlowPast ? [] : await intercepted.list();
      return {
        uplink: item.addresses,
        host: [...traffic.ownAddresses().values()],
        servers: [nameService.address, ...answered],
        ownServers: await servers.ofHost(),
      };
    },
    leases,
    physicalNetworkOn: (name) => physicalNetworkOn(name, { state, openVSwitch }),
    holderOnWire: (wire, ip, signal) => taken.holder(wire, ip, signal),
    routesIn: destinationsIn,
    linkless: (signal) => findLinkless({ state, plugger, links }, signal),
    engineCompared: (begunMs) => reconciler.engineCompared(begunMs),
    onLeftover: (listener) => reconciler.onLeftover("look at leftovers", listener),
    setNameServers: (container, addresses) => {
      if (servers.setContainer(container, addresses)) names.look();
    },
    keepNameServers: (containers) => {
      if (servers.keepContainers(containers)) names.look();
    },
    setVersion: (name, version) => {
      registration.setVersion(name, version);
      // An engine that has just started may have written its firewall anew.
      uplinks.verify();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The uplinks by which containers ask for names. */
function namedUplinks(live: Iterable<Uplink>): readonly NamedUplink[] {
  return [...live].flatMap(({ item, name, number }) => {
    if (item.kind !== "uplink") return [];
    const { network, namesFlowPast = false } = item;
    return { network, device: name, mark: number, namesFlowPast };
  });
}

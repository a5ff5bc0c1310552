import { dirname, join } from "node:path";
import type { ApiClient } from "../api/client.ts";
import type { HostEndpointItem } from "../api/types.ts";
import type { Failpoints } from "../failpoints.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";
import { Agent } from "./agent.ts";
import { Claims } from "./claims.ts";
import { type Egress, startEgress } from "./egress/start.ts";
import { Heartbeat } from "./heartbeat.ts";
import { HostRegistration } from "./host-facts.ts";
import { HostState } from "./host-state.ts";
import { openKeptState } from "./kept-state.ts";
import { findLinkless } from "./linkless.ts";
import { Links } from "./links.ts";
import { KnownNames } from "./names/known-names.ts";
import { NameServer } from "./names/name-server.ts";
import { Netlink } from "./netlink.ts";
import { openOpenVSwitch } from "./open-vswitch.ts";
import { Ports } from "./ports.ts";
import { PublishedPorts } from "./published-ports.ts";
import { relayOpener } from "./published-ports-relay.ts";
import { Reconciler } from "./reconcile.ts";
import { TroubleReport, troublesFile } from "./trouble-report.ts";

/** What the agent needs of the center. */
export type AgentApi = Pick<
  ApiClient,
  | "registerHost"
  | "followHostState"
  | "beat"
  | "endpointProgress"
  | "askForDockerNetwork"
  | "claimDockerNetwork"
  | "listNames"
  | "resolveName"
  | "whoHasAddress"
  | "tellTroubles"
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
  /** What of this host its containers reach; all by default. */
  readonly services?: "all" | "names";
  readonly logger: Logger;
  readonly failpoints?: Failpoints | undefined;
}

export interface RunningAgent
  extends Pick<Agent, "prepare" | "plug" | "unplug">,
    Pick<Egress, "legReady">,
    Pick<PublishedPorts, "publish" | "revoke">,
    AsyncDisposable {
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
  /** Adds a version to what the center knows of this host. */
  setVersion(name: string, version: string): void;
}

/** Begins to serve this host; neither Open vSwitch nor the center need to be there yet. */
export function startAgent(options: AgentOptions): RunningAgent {
  const { api, hostName, openvswitchSocket, bridge, stateFile, logger, failpoints } = options;
  const stack = new AsyncDisposableStack();
  const netlink = stack.use(new Netlink());
  const links = new Links(netlink);
  const openVSwitch = stack.use(openOpenVSwitch(openvswitchSocket, logger));
  const { replica } = openVSwitch;
  const ports = new Ports(openVSwitch, bridge);
  const agent = new Agent({ links, ports, api, logger, failpoints });
  stack.defer(() => agent.close());
  /** Each has its own failures: what one throws, the others do not miss. */
  const followers: ((keys?: readonly string[]) => void)[] = [];
  const follow = (what: string, follower: (keys?: readonly string[]) => void) =>
    followers.push(guarded(what, logger, follower));
  const registration = stack.use(new HostRegistration({ api, hostName, replica, links, logger }));
  const kept = stateFile === undefined ? undefined : stack.use(openKeptState(stateFile, logger));
  stack.use(new Heartbeat({ api, hostName, logger }));
  const troublesAt = stateFile === undefined ? undefined : troublesFile(stateFile);
  const report = stack.use(new TroubleReport({ api, hostName, file: troublesAt, logger }));
  const { troubles } = report;
  const claims = new Claims({ api, hostName, links, engineNetworks: options.engineNetworks, logger });
  const state = stack.use(
    new HostState({
      api,
      hostName,
      logger,
      kept,
      claims,
      onUnknownHost: () => registration.again(),
      onChange: (keys) => {
        for (const follow of followers) follow(keys);
      },
    }),
  );
  const published = stack.use(
    new PublishedPorts({
      writeRules: () => egress.writeRules(),
      troubles,
      openRelay: relayOpener(netlink, logger),
      logger,
    }),
  );
  const egress: Egress = stack.use(
    startEgress({
      state,
      api,
      hostName,
      openVSwitch,
      openvswitchSocket,
      bridge,
      netlink,
      links,
      publications: () => published.publications(),
      beforeRules: () => published.reconcile(state.items, state.isFresh),
      onRefused: (refused) => published.noteRefused(refused),
      reach: options.reach ?? [],
      services: options.services ?? "all",
      troubles,
      logger,
    }),
  );
  const namesFile = stateFile === undefined ? undefined : join(dirname(stateFile), "host-names.json");
  const known = stack.use(new KnownNames({ api, hostName, state, file: namesFile, logger }));
  const names = stack.use(new NameServer({ api, hostName, known, netlink, links, troubles, logger }));
  published.onDue(egress.legs.after);
  egress.legs.onChange(() => {
    const legs = [...egress.legs.live.values()].flatMap(({ item: { kind, network }, name, number }) =>
      kind === "leg" ? { network, device: name, mark: number } : [],
    );
    names.serve(legs);
  });
  let comparedMs = Number.NEGATIVE_INFINITY;
  const leftoverListeners = new Set<() => void>();
  const reconciler = stack.use(
    new Reconciler({
      state,
      agent,
      links,
      ports,
      replica,
      troubles,
      logger,
      comparedMs: () => comparedMs,
      onLeftover: () => {
        for (const listener of leftoverListeners) listener();
      },
    }),
  );
  follow("reconcile the ports", (keys) => reconciler.follow(keys));
  follow("reconcile the legs", (keys) => egress.follow(keys));
  follow("ask for names", () => known.look());
  follow("tell what does not work", (keys) => {
    if (keys === undefined) report.tellAgain();
  });
  return {
    state,
    onState: (listener) => void follow("follow the host's state", listener),
    undescribed: claims.undescribed,
    prepare: (port) => agent.prepare(port),
    plug: (port, signal) => agent.plug(port, signal),
    unplug: async (endpoint, request) => {
      await published.revoke(endpoint);
      await agent.unplug(endpoint, request);
    },
    publish: (endpoint, wishes) => published.publish(endpoint, wishes),
    revoke: (endpoint) => published.revoke(endpoint),
    legReady: (network, signal) => egress.legReady(network, signal),
    linkless: (signal) => findLinkless({ state, agent, links }, signal),
    engineCompared: (begunMs) => {
      comparedMs = begunMs;
    },
    onLeftover: (listener) => {
      leftoverListeners.add(listener);
      return () => leftoverListeners.delete(listener);
    },
    setVersion: (name, version) => {
      registration.setVersion(name, version);
      // An engine that has just started may have written its firewall anew.
      egress.legs.verify();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

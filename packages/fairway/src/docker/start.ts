import { type ServePluginOptions, servePlugin } from "@fairway/docker-plugin";
import type { RunningAgent } from "../agent/start.ts";
import { type DriverName, isIpamDriver, isNetworkDriver, vendor } from "../driver-names.ts";
import { FairwayError } from "../errors.ts";
import type { Failpoints } from "../failpoints.ts";
import type { Logger } from "../logger.ts";
import type { Ending } from "../runtime/ending.ts";
import { callBoundMs } from "./call.ts";
import { DriverNames } from "./driver-names.ts";
import type { Edge, EdgeAgent, EdgeApi, Stop } from "./edge.ts";
import { Engine } from "./engine.ts";
import { EngineEvents, type EventsParts } from "./events.ts";
import { ForeignNetworks, type ForeignNetworksParts } from "./foreign-networks.ts";
import { Mirrors, type MirrorsParts } from "./mirrors.ts";
import type { NetworkDefaults } from "./options.ts";
import { networkDriver } from "./plugin.ts";
import { ipamDriver } from "./pool.ts";
import { Recovery, type RecoveryParts } from "./recovery.ts";
import { RequestCorrelator } from "./request-correlator.ts";
import { Restarts } from "./restarts.ts";
import { SandboxRoutes } from "./sandbox-routes.ts";

export interface DockerEdgeOptions {
  readonly api: EdgeApi &
    EventsParts["api"] &
    RecoveryParts["api"] &
    ForeignNetworksParts["api"] &
    MirrorsParts["api"];
  readonly agent: EdgeAgent &
    Pick<
      RunningAgent,
      | "setVersion"
      | "routesIn"
      | "setNameServers"
      | "keepNameServers"
      | "state"
      | "onState"
      | "engineCompared"
      | "onLeftover"
      | "undescribed"
    >;
  readonly hostName: string;
  /** In Docker's plugin directory; the file's name is the driver's, e.g. /run/docker/plugins/fairway.sock. */
  readonly pluginSocket: string;
  /** Under which names the engine reaches this host; `fairway` alone by default. */
  readonly driverNames?: readonly DriverName[];
  /** Of the engine's API, e.g. /run/docker.sock. */
  readonly engineSocket: string;
  readonly logger: Logger;
  /** Whether this engine gets the networks of others. */
  readonly mirror: boolean;
  /** Which of them: a regular expression for the whole name. */
  readonly mirrorNames?: string | undefined;
  readonly defaults?: NetworkDefaults | undefined;
  /** Who may reach published ports of containers that do not say it; absent: anybody. */
  readonly publishFrom?: readonly string[] | undefined;
  readonly failpoints?: Failpoints | undefined;
  /** Of this process. */
  readonly ending: Ending;
}

/** How long the center's answer to what it was asked is waited for once the end has begun: one that works needs some ms. */
const lastAnswerMs = 1_000;
/** Of the end's bound: for what ends when no call is under way any more. */
const keptMs = 1_000;

/**
 * Begins to serve this host's engine. It answers as soon as this resolves; the engine's own API is only asked in the background,
 * for at its boot it answers nobody.
 */
export async function startDockerEdge(options: DockerEdgeOptions): Promise<AsyncDisposable> {
  const {
    api,
    agent,
    hostName,
    pluginSocket,
    driverNames: names = ["fairway"],
    engineSocket,
    logger,
    mirror,
    mirrorNames,
    defaults = {},
    publishFrom,
    failpoints,
    ending,
  } = options;
  const engine = new Engine(engineSocket);
  const { state } = agent;
  const drivers = new DriverNames({ pluginSocket, names, logger });
  const restarts = new Restarts({ engine, drivers, state, logger });
  const edge: Edge = {
    api,
    agent,
    hostName,
    logger,
    correlator: new RequestCorrelator(),
    defaults,
    publishFrom,
    live: new Map(),
    underway: new Set(),
    leasedPools: new Map(),
    leasesToEnd: new Map(),
    sandboxRoutes: new SandboxRoutes((sandbox) => agent.routesIn(sandbox)),
    stop: stopOf(ending),
    failpoints,
  };
  await using stack = new AsyncDisposableStack();
  stack.use(engine);
  stack.use(restarts);
  const common: Omit<ServePluginOptions, "socketPath"> = {
    vendor,
    networkCapabilities: { Scope: "local", ConnectivityScope: "global" },
    ipamCapabilities: { RequiresMACAddress: false, RequiresRequestReplay: false },
    handlerTimeoutMs: callBoundMs,
    onCall: ({ method, status, error }) => {
      if (error !== undefined) restarts.callFailed();
      // What a handler threw was logged by it.
      if (error !== undefined && error.code !== "handler_failed")
        logger.warn({ method, status, code: error.code, error: error.message }, "a call was not served");
    },
  };
  stack.defer(() => drivers.close(ending.leftMs(keptMs)));
  await drivers.open((name, socketPath) =>
    servePlugin({
      ...common,
      socketPath,
      ...(isNetworkDriver(name) && { network: networkDriver(edge, name) }),
      ...(isIpamDriver(name) && { ipam: ipamDriver(edge) }),
    }),
  );
  const recovery = stack.use(new Recovery({ api, agent, engine, hostName, drivers, state, edge, logger }));
  stack.defer(agent.onLeftover(recovery.compareSoon));
  const foreignNetworks = stack.use(new ForeignNetworks({ api, engine, hostName, drivers, logger }));
  const mirrors = stack.use(
    new Mirrors({ api, engine, hostName, drivers, state, isWanted: mirror, names: mirrorNames, logger }),
  );
  drivers.onChange(() => {
    mirrors.engineChanged();
    recovery.compareSoon();
    restarts.restartSoon();
  });
  agent.onState((keys) => {
    mirrors.stateChanged(keys);
    if (keys !== undefined) return;
    // The center's word is a new one as a whole: it may have forgotten something, and it was away.
    recovery.compareSoon();
    restarts.restartSoon();
  });
  stack.use(
    new EngineEvents({
      api,
      engine,
      hostName,
      drivers,
      logger,
      onCaughtUp: () => {
        recovery.compareSoon();
        foreignNetworks.reportSoon();
        mirrors.compareSoon();
        restarts.restartSoon();
      },
      onNameServers: (container, servers) => agent.setNameServers(container, servers),
      onAllContainers: (containers) => agent.keepNameServers(containers),
      onForeignNetwork: foreignNetworks.reportSoon,
      onNetworks: mirrors.engineChanged,
      onContainers: mirrors.compareSoon,
      onVersion: (version) => agent.setVersion("docker", version),
    }),
  );
  return stack.move();
}

function stopOf(ending: Ending): Stop {
  const message = "Fairway is being stopped on this machine; try again when it runs";
  const reason = new FairwayError("unavailable", message);
  return { begun: ending.later(0, reason), late: ending.later(lastAnswerMs, reason) };
}

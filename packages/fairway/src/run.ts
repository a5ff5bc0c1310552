import { setFlagsFromString } from "node:v8";
import { startAgent } from "./agent/start.ts";
import { ApiClient } from "./api/client.ts";
import { targetOf } from "./api/connection.ts";
import { EngineDnsKeeper } from "./cluster/engine-dns-keeper.ts";
import { hostFiles } from "./cluster/membership.ts";
import { startNicMove } from "./cluster/nic-move-process.ts";
import { withPortOwner } from "./cluster/port-in-use.ts";
import { Renewal, renewHostCertificate } from "./cluster/renewal.ts";
import { startAgain } from "./cluster/started-services.ts";
import { LevelledLogger } from "./config/logger.ts";
import { reloadOnHangup } from "./config/reload.ts";
import type { Config } from "./config/schema.ts";
import { Engine } from "./docker/engine.ts";
import { startDockerEdge } from "./docker/start.ts";
import { armedFailpoints } from "./failpoints.ts";
import type { Logger } from "./logger.ts";
import { notifyReady } from "./readiness.ts";
import { Ending } from "./runtime/ending.ts";
import { version } from "./version.ts";

/** How long all that a stop waits for may take together: `systemctl stop` ends in under 5 s. */
const endBoundMs = 3_000;

/** Of the end's bound: for what ends after VLCP's calls. */
const vlcpKeptMs = 500;

/** What is not over so long after that is given up: the next start finds what a killed Fairway leaves, too. */
const lateMs = 750;

/**
 * `fairway run`: this machine's part of Fairway until `signal` ends it. Throws what keeps it from starting.
 * @param readAgain gives the configuration as it is by now.
 */
export async function run(
  config: Config,
  signal: AbortSignal,
  readAgain: () => Promise<Config>,
): Promise<void> {
  // By default V8's heap grows to twice what is used before it is cleaned, on a host that is there for its containers.
  setFlagsFromString("--optimize-for-size");
  const logger = LevelledLogger.create(config.log);
  const failpoints = armedFailpoints(process.env);
  await using stack = new AsyncDisposableStack();
  const ending = new Ending(signal, endBoundMs);
  // The first to come is the last to go.
  stack.use(
    ending.giveUpAfter(lateMs, () => {
      logger.warn({}, "stopping takes too long: what is still under way is given up");
      process.exit(0);
    }),
  );
  stack.use(reloadOnHangup(config, readAgain, logger));
  logger.info({ version, host: config.host.name, center: config.center.enabled }, "starting");
  const starting = startServices(config, logger, ending);
  // Who asks before the center serves waits for it: it goes last.
  const started = starting.catch(() => undefined);
  stack.defer(async () => (await started)?.[Symbol.asyncDispose]());
  const api = stack.use(new ApiClient(targetOf(config.api)));
  if (!config.center.enabled) stack.use(await serveVlcpOfCenter(config, api, logger, ending));
  const hostName = config.host.name;
  if (config.api.cert === hostFiles.cert) {
    const renewIfDue = () => renewHostCertificate({ api, hostName, files: hostFiles });
    stack.use(new Renewal(renewIfDue, logger.child({ part: "host" })));
  }
  const engine = stack.use(new Engine(config.docker.socket));
  const agent = stack.use(
    startAgent({
      api,
      hostName,
      openvswitchSocket: config.openvswitch.socket,
      bridge: config.openvswitch.bridge,
      stateFile: config.host.state,
      reach: config.hosts.reach,
      services: config.hosts.services,
      interceptNames: config.names.intercept,
      moveNic: startNicMove,
      engineNetworks: (signal) => engine.networkIds(signal),
      logger: logger.child({ part: "agent" }),
      failpoints,
    }),
  );
  stack.use(
    await startDockerEdge({
      api,
      agent,
      hostName,
      pluginSocket: config.docker.plugin,
      driverNames: config["driver-names"],
      engineSocket: config.docker.socket,
      mirror: config.docker.mirror,
      mirrorNames: config.docker.mirrorNames,
      logger: logger.child({ part: "docker" }),
      defaults: config.defaults,
      publishFrom: config.publish.from,
      failpoints,
      ending,
    }),
  );
  const { socket } = config.docker;
  stack.use(new EngineDnsKeeper({ socket, logger: logger.child({ part: "docker" }) }));
  await Promise.race([starting, ended(signal)]).catch((error: unknown) => {
    // A start that was given up is no failure.
    if (!signal.aborted) throw error;
  });
  if (!signal.aborted) {
    logger.info({ plugin: config.docker.plugin }, "ready");
    await notifyReady(process.env["NOTIFY_SOCKET"], logger);
    await ended(signal);
  }
  logger.info({}, "stopping");
}

/** What this machine needs of others, and its center, where it has one. Throws what keeps it from starting. */
async function startServices(
  config: Config,
  logger: Logger,
  ending: Ending,
): Promise<AsyncDisposable | undefined> {
  await startAgain((doing) => logger.info({ doing }, "starting what this machine needs"));
  if (!config.center.enabled) return undefined;
  // Most machines are hosts alone: what serves the API and keeps the databases is a third of what they would load.
  const { startCenter } = await import("./start-center.ts");
  return startCenter(config, logger.child({ part: "center" }), ending);
}

/** VLCP's calls on a host whose center is another machine; nothing where they are not switched on. */
async function serveVlcpOfCenter(
  { api: { vlcp: port, vlcpToken: tokenFile, ...target } }: Config,
  api: ApiClient,
  logger: Logger,
  ending: Ending,
): Promise<AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  if (port === undefined) return stack;
  // Few hosts serve them: the others load no server.
  const [{ CenterCalls }, { keepVlcp }] = await Promise.all([
    import("./api/vlcp/center-calls.ts"),
    import("./api/vlcp/keep.ts"),
  ]);
  const calls = stack.use(new CenterCalls({ api, target: targetOf(target), tokenFile }));
  stack.use(
    keepVlcp({
      answer: calls.answer,
      logger: logger.child({ part: "host" }),
      port,
      withPortOwner: (error) => withPortOwner(error, "or set `api.vlcp` to another port"),
      closeGraceMs: () => ending.leftMs(vlcpKeptMs),
    }),
  );
  return stack;
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

import { setFlagsFromString } from "node:v8";
import { startAgent } from "./agent/start.ts";
import { ApiClient } from "./api/client.ts";
import { startCentral } from "./central.ts";
import { hostFiles } from "./cluster/membership.ts";
import { Renewal, renewHostCertificate } from "./cluster/renewal.ts";
import { startAgain } from "./cluster/started-services.ts";
import { centerOf } from "./config/load.ts";
import { LevelledLogger } from "./config/logger.ts";
import { reloadOnHangup } from "./config/reload.ts";
import type { Config } from "./config/schema.ts";
import { Engine } from "./docker/engine.ts";
import { startDockerEdge } from "./docker/start.ts";
import { armedFailpoints } from "./failpoints.ts";
import type { Logger } from "./logger.ts";
import { tellReady } from "./readiness.ts";
import { version } from "./version.ts";

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
  stack.use(reloadOnHangup(config, readAgain, logger));
  logger.info({ version, host: config.host.name, center: config.center.enabled }, "starting");
  const starting = startServices(config, logger);
  // Who asks before the center serves waits for it: it goes last.
  const started = starting.catch(() => undefined);
  stack.defer(async () => (await started)?.[Symbol.asyncDispose]());
  const api = stack.use(new ApiClient(centerOf(config)));
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
      engineSocket: config.docker.socket,
      mirror: config.docker.mirror,
      mirrorNames: config.docker.mirrorNames,
      logger: logger.child({ part: "docker" }),
      defaults: config.defaults,
      failpoints,
    }),
  );
  await starting;
  logger.info({ plugin: config.docker.plugin }, "ready");
  await tellReady(process.env["NOTIFY_SOCKET"], logger);
  await ended(signal);
  logger.info({}, "stopping");
}

/** What this machine needs of others, and its center, where it has one. Throws what keeps it from starting. */
async function startServices(config: Config, logger: Logger): Promise<AsyncDisposable | undefined> {
  await startAgain((doing) => logger.info({ doing }, "starting what this machine needs"));
  if (!config.center.enabled) return undefined;
  return startCentral(config, logger.child({ part: "center" }));
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

import { connect } from "node:net";
import { Links } from "../agent/ports/links.ts";
import { Plugger } from "../agent/ports/plugger.ts";
import { Ports } from "../agent/ports/ports.ts";
import { HostState } from "../agent/state/host-state.ts";
import { ApiClient } from "../api/client.ts";
import { targetOf } from "../api/connection.ts";
import type { Config } from "../config/schema.ts";
import { Engine } from "../docker/engine.ts";
import { FairwayError } from "../errors.ts";
import { Netlink } from "../host/netlink/netlink.ts";
import { openOpenVSwitch } from "../host/open-vswitch/open-vswitch.ts";
import { silent } from "../logger.ts";
import { cleanUp } from "./cleanup.ts";
import type { Outcome } from "./leftover.ts";
import { type Here, lookAlone, lookByCenter, type Truth } from "./looks.ts";

/** How long Open vSwitch's database and the center are waited for. */
const answerBoundMs = 5_000;

/** How long the whole may take. */
const boundMs = 120_000;

export interface CleanupRequest {
  readonly dryRun: boolean;
  readonly onProgress: (text: string) => void;
}

/**
 * `fairway cleanup`: the sweep that Fairway makes every 30 s, at once and from a process of its own.
 * @throws `unavailable` where too little is known to tell live from dead.
 */
export async function runCleanup(config: Config, request: CleanupRequest): Promise<readonly Outcome[]> {
  await using stack = new AsyncDisposableStack();
  const links = new Links(stack.use(new Netlink()));
  const openVSwitch = stack.use(openOpenVSwitch(config.openvswitch.socket, silent));
  const ports = new Ports(openVSwitch, config.openvswitch.bridge);
  const api = stack.use(new ApiClient(targetOf(config.api)));
  const plugger = new Plugger({ links, ports, api, logger: silent });
  const here = { links, ports, plugger };
  await openVSwitch.replica.synced(AbortSignal.timeout(answerBoundMs)).catch((cause: unknown) => {
    const text = `Open vSwitch's database at ${config.openvswitch.socket} does not answer; is ovsdb-server running?`;
    throw new FairwayError("unavailable", text, { cause });
  });
  const signal = AbortSignal.timeout(boundMs);
  const look = await chooseLook(config, { ...request, here, api, stack, signal });
  return await cleanUp({ ...request, look, signal });
}

interface Surroundings extends CleanupRequest {
  readonly here: Here;
  readonly api: ApiClient;
  readonly stack: AsyncDisposableStack;
  readonly signal: AbortSignal;
}

async function chooseLook(config: Config, { here, api, stack, onProgress, signal }: Surroundings) {
  const hostName = config.host.name;
  const answered = Promise.withResolvers<boolean>();
  const state = stack.use(
    new HostState({
      api,
      hostName,
      logger: silent,
      onUnknownHost: async () => answered.resolve(false),
    }),
  );
  state.onChange("note the center's word", () => answered.resolve(true));
  const late = setTimeout(() => answered.resolve(false), answerBoundMs);
  const isKnown = await answered.promise;
  clearTimeout(late);
  if (isKnown) {
    const engine = stack.use(new Engine(config.docker.socket));
    const truth: Truth = { state, engine, api, hostName };
    return () => lookByCenter(here, truth, signal);
  }
  if (await isServed(config.docker.plugin))
    throw new FairwayError(
      "unavailable",
      `The center at ${config.api.target} does not tell what ${hostName} must have. ` +
        "Fairway runs on this host and cleans up by itself as soon as it does",
    );
  onProgress(
    "the center does not answer and Fairway does not run here: only ports and links that no container has are looked for",
  );
  return () => lookAlone(here);
}

/** Whether somebody serves the plugin's socket; a killed Fairway leaves it behind. */
function isServed(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(socketPath);
  socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

import type { ApiClient } from "../api/client.ts";
import type { Failpoints } from "../failpoints.ts";
import type { Logger } from "../logger.ts";
import { Agent } from "./agent.ts";
import { HostRegistration } from "./host-facts.ts";
import { HostState } from "./host-state.ts";
import { Links } from "./links.ts";
import { Netlink } from "./netlink.ts";
import { openOpenVSwitch } from "./open-vswitch.ts";
import { Ports } from "./ports.ts";
import { Reconciler } from "./reconcile.ts";

/** What the agent needs of the center. */
export type AgentApi = Pick<ApiClient, "registerHost" | "followHostState" | "endpointProgress">;

export interface AgentOptions {
  readonly api: AgentApi;
  readonly hostName: string;
  /** Of this host's Open vSwitch database, e.g. /run/openvswitch/db.sock. */
  readonly openvswitchSocket: string;
  /** The integration bridge, `br-int`. */
  readonly bridge: string;
  readonly logger: Logger;
  readonly failpoints?: Failpoints | undefined;
}

export interface RunningAgent extends Pick<Agent, "prepare" | "plug" | "unplug">, AsyncDisposable {
  /** What this host must have, by the center's word. */
  readonly state: Pick<HostState, "items" | "isFresh">;
  /** Adds a version to what the center knows of this host. */
  setVersion(name: string, version: string): void;
}

/** Begins to serve this host; neither Open vSwitch nor the center need to be there yet. */
export function startAgent(options: AgentOptions): RunningAgent {
  const { api, hostName, openvswitchSocket, bridge, logger, failpoints } = options;
  const stack = new AsyncDisposableStack();
  const links = new Links(stack.use(new Netlink()));
  const openVSwitch = stack.use(openOpenVSwitch(openvswitchSocket, logger));
  const { replica } = openVSwitch;
  const ports = new Ports(openVSwitch, bridge);
  const agent = new Agent({ links, ports, api, logger, failpoints });
  stack.defer(() => agent.close());
  const registration = stack.use(new HostRegistration({ api, hostName, replica, links, logger }));
  const state = stack.use(
    new HostState({
      api,
      hostName,
      logger,
      onUnknownHost: () => registration.again(),
      onChange: () => reconciler.trigger(),
    }),
  );
  const reconciler = stack.use(new Reconciler({ state, agent, links, ports, replica, logger }));
  return {
    state,
    prepare: (port) => agent.prepare(port),
    plug: (port, signal) => agent.plug(port, signal),
    unplug: (endpoint, request) => agent.unplug(endpoint, request),
    setVersion: (name, version) => registration.setVersion(name, version),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

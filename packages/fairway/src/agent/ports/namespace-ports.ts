import type { ApiClient } from "../../api/client.ts";
import { unlessNotFound } from "../../errors.ts";
import type { Netlink } from "../../host/netlink/netlink.ts";
import type { OpenVSwitch } from "../../host/open-vswitch/open-vswitch.ts";
import type { Logger } from "../../logger.ts";
import type { HostState } from "../state/host-state.ts";
import type { Troubles } from "../state/troubles.ts";
import { Links } from "./links.ts";
import { Plugger } from "./plugger.ts";
import { namespacePorts } from "./port-kind.ts";
import { Ports } from "./ports.ts";
import { Reconciler } from "./reconciler.ts";

/** The center is asked before anything goes: the pause only keeps questions few, ms. */
const graceMs = 1_000;

export interface NamespacePortsParts {
  readonly state: Pick<HostState, "items" | "isFresh" | "isUnreadable">;
  readonly api: Pick<ApiClient, "endpointProgress" | "showPort">;
  readonly netlink: Netlink;
  readonly openVSwitch: OpenVSwitch;
  readonly bridge: string;
  readonly troubles: Troubles;
  readonly logger: Logger;
}

interface RunningNamespacePorts extends Pick<Reconciler, "follow" | "trigger">, AsyncDisposable {}

/**
 * Keeps what `fairway port plug` made: a port that somebody took out of the bridge comes back while its link is there, a link follows its
 * network's MTU, and both go when the center has the port no more, by its own word about that very port. Interfaces that others have
 * plugged are theirs.
 */
export function startNamespacePorts(parts: NamespacePortsParts): RunningNamespacePorts {
  const { state, api, netlink, openVSwitch, bridge, troubles, logger } = parts;
  const stack = new AsyncDisposableStack();
  const links = new Links(netlink, namespacePorts);
  const ports = new Ports(openVSwitch, bridge, namespacePorts);
  const plugger = stack.use(new Plugger({ links, ports, api, logger }));
  const confirm = async (port: string) =>
    (await unlessNotFound(api.showPort({ reference: port }))) === undefined;
  const reconciler = stack.use(
    new Reconciler({
      state,
      plugger,
      links,
      ports,
      replica: openVSwitch.replica,
      troubles,
      logger,
      graceMs,
      kind: namespacePorts,
      confirm,
    }),
  );
  return {
    follow: (keys) => reconciler.follow(keys),
    trigger: () => reconciler.trigger(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

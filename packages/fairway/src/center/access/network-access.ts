import { FairwayError } from "../../errors.ts";
import { keyOf } from "../../intent/indexes.ts";
import { isMirrored } from "../../intent/mirroring.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { isLocal } from "../physical-networks/placement.ts";

type Network = IntentRow<"Network">;
type Host = IntentRow<"Host">;

/** Whether the host's engine has the network. */
export function hasNetwork(view: View, network: string, host: Host): boolean {
  return view.count("Docker_Network", "byNetworkHost", keyOf(network, host._uuid)) > 0;
}

/** Whether the host's engine has the network, or is to have it. */
export function isForHost(view: View, network: Network, host: Host): boolean {
  return isMirrored(network) || hasNetwork(view, network._uuid, host);
}

/** Whether the host has an interface on the physical network, or a network that it carries. */
export function hasPhysicalNetwork(view: View, physicalNetwork: string, host: Host): boolean {
  const ports = view.find("Physical_Port", "byPhysicalNetwork", physicalNetwork);
  if (ports.some((port) => port.host === null || port.host === host._uuid)) return true;
  const networks = view.find("Network", "byPhysicalNetwork", physicalNetwork);
  return networks.some(({ _uuid }) => hasNetwork(view, _uuid, host));
}

/**
 * A private network is its own host's, and so is one that its engine has not named yet: the name comes with what tells whether
 * it is private. Throws `forbidden`.
 */
export function checkMayJoin(view: View, network: Network, host: Host): void {
  if (network.origin_host === host._uuid || hasNetwork(view, network._uuid, host)) return;
  const [made] = view.find("Docker_Network", "madeOfNetwork", network._uuid);
  const isNamed = made === undefined || made.name !== null;
  if (network.scope === "cluster" && isNamed) return;
  const origin = network.origin_host === null ? undefined : view.get("Host", network.origin_host);
  const owner = origin === undefined ? "the host that made it" : `host ${origin.name}`;
  if (isLocal(view, network))
    throw new FairwayError(
      "forbidden",
      `network ${network.name} is for ${owner} alone: its physical network is local`,
    );
  throw new FairwayError(
    "forbidden",
    isNamed
      ? `network ${network.name} is private to ${owner}: to share it, make it there with -o scope=cluster`
      : `network ${network.name} is still being made on ${owner}; try again`,
  );
}

import { FairwayError } from "../../errors.ts";
import { iccOption, isApart } from "../../intent/apart.ts";
import { disableGatewayOption } from "../../intent/disabled-gateway.ts";
import type { Draft } from "../../intent/draft.ts";
import { isOnWire } from "../../intent/egress.ts";
import { hostAccessOption } from "../../intent/host-access.ts";
import { ipamOption } from "../../intent/leased-addresses.ts";
import { knowsGroups, multicastOption } from "../../intent/multicast.ts";
import { dnsOption } from "../../intent/name-interception.ts";
import { portSecurityOf, portSecurityOption } from "../../intent/port-security.ts";
import type { IntentRow } from "../../intent/view.ts";
import { forgetNetwork } from "../containers/container-rows.ts";
import type { Placement } from "../physical-networks/placement.ts";
import { detach } from "../routers/attachments.ts";
import { deleteSubnet } from "../subnets/subnets.ts";
import { displayNameOption } from "./display-name.ts";
import { askMtu, effectiveMtu } from "./mtu.ts";
import { passOn } from "./network-name.ts";
import type { NetworkSpec } from "./network-spec.ts";

type Network = IntentRow<"Network">;

/** Who a network is, beside what it is to be. */
interface Identity extends Pick<Network, "name" | "claimed" | "origin" | "origin_host" | "removal" | "zone"> {
  /** The modes that are in the intent already are more than those that can be asked for. */
  readonly mode: Network["mode"];
  /** The host on which it is made: its underlay limits the MTU until there are endpoints. Undefined: no engine makes it. */
  readonly host: IntentRow<"Host"> | undefined;
  /** Where its frames go. */
  readonly placement: Placement;
  /** With which organizations it is shared; by default with none. */
  readonly shared_with?: Network["shared_with"];
}

/** Makes a network; its subnets come one by one: `putSubnet`. */
export function makeNetwork(
  draft: Draft,
  uuid: string,
  { host, mode, placement, ...identity }: Identity,
  spec: Pick<NetworkSpec, "internal" | "attachable" | "mtu" | "options" | "labels" | "scope"> &
    Partial<
      Pick<
        NetworkSpec,
        | "portSecurity"
        | "disableGateway"
        | "hostAccess"
        | "dns"
        | "multicast"
        | "displayName"
        | "ipam"
        | "icc"
      >
    >,
): Network {
  const { internal, attachable, mtu, labels, scope } = spec;
  const options = keptOptions(spec);
  checkGroups({ ...placement, mode, options });
  checkApart({ options });
  return draft.insert("Network", uuid, {
    shared_with: [],
    ...identity,
    ...placement,
    mode,
    internal,
    attachable,
    mtu_asked: mtu,
    mtu: effectiveMtu({ ...placement, mtu_asked: mtu }, draft, host),
    options,
    labels,
    scope,
    changed: [],
    status: {},
  });
}

/** A network's options as its row keeps them, where whoever needs them reads them. */
function keptOptions({
  options,
  portSecurity,
  disableGateway,
  hostAccess,
  dns,
  multicast,
  displayName,
  ipam,
  icc,
}: Parameters<typeof makeNetwork>[3]): Record<string, string> {
  return {
    ...(disableGateway !== undefined && { [disableGatewayOption]: String(disableGateway) }),
    ...options,
    ...(portSecurity !== undefined && { [portSecurityOption]: portSecurity }),
    ...(hostAccess !== undefined && { [hostAccessOption]: String(hostAccess) }),
    ...(dns !== undefined && { [dnsOption]: dns }),
    ...(multicast !== undefined && { [multicastOption]: String(multicast) }),
    ...(displayName !== undefined && { [displayNameOption]: displayName }),
    ...(ipam !== undefined && { [ipamOption]: ipam }),
    ...(icc !== undefined && { [iccOption]: String(icc) }),
  };
}

/** On a wire the members are the wire's, too, and its own switches look at their groups. Throws `invalid`. */
function checkGroups(network: Pick<Network, "mode" | "physical_network" | "options">): void {
  if (!isOnWire(network) || !knowsGroups(network)) return;
  throw new FairwayError(
    "invalid",
    `option ${multicastOption}=true is not for networks on a wire: there the wire's own switches decide who gets a group`,
  );
}

/** A member is known to the others by its MAC address. Throws `invalid` where it may send under any. */
function checkApart(network: Pick<Network, "options">): void {
  if (!isApart(network) || portSecurityOf(network) !== "off") return;
  throw new FairwayError(
    "invalid",
    `options ${iccOption}=false and ${portSecurityOption}=off contradict each other: containers that send under any MAC address cannot be kept apart; take ${portSecurityOption}=mac or strict`,
  );
}

/** What is known of a network only after it was made. What was changed meanwhile stays so. */
export function describeNetwork(
  draft: Draft,
  { _uuid, changed }: Network,
  { labels, ...facts }: Partial<Pick<Network, "labels" | "attachable" | "scope" | "name" | "claimed">>,
): void {
  const isOwn = labels !== undefined && !changed.includes("labels");
  draft.update("Network", _uuid, { ...facts, ...(isOwn && { labels }) });
}

/** Gives a network other labels, options or another MTU. */
export function changeNetwork(
  draft: Draft,
  network: Network,
  { mtu, labels, options }: { readonly mtu: number | null } & Pick<Network, "labels" | "options">,
): void {
  const { _uuid } = network;
  checkGroups({ ...network, options });
  checkApart({ options });
  if (mtu !== network.mtu_asked) askMtu(draft, network, mtu);
  draft.update("Network", _uuid, { labels, options });
}

/** @param parts of a network that an engine made and that are not as the engine says any more. */
export function noteChange(draft: Draft, network: Network, parts: Network["changed"]): void {
  if (network.origin === "api" || parts.length === 0) return;
  const changed = [...new Set([...network.changed, ...parts])].sort();
  draft.update("Network", network._uuid, { changed });
}

/** @param host whose the network is; null: nobody's any more. */
export function setOrigin(draft: Draft, uuid: string, host: string | null): void {
  draft.update("Network", uuid, { origin_host: host });
}

/** @param organizations with which it is shared from now on: their UUIDs. */
export function setSharedWith(draft: Draft, uuid: string, organizations: readonly string[]): void {
  draft.update("Network", uuid, { shared_with: organizations });
}

/** @param removal how far the network's end goes; null: it stays. */
export function setRemoval(draft: Draft, uuid: string, removal: Network["removal"]): void {
  draft.update("Network", uuid, { removal });
}

/**
 * Deletes a network with its subnets and what hosts wanted to reach of it; its name is the next one's who waits for it. Where a person has
 * ports on it that no engine made, or a router leaves by it, it goes on until the last of these is removed: see `endUnused`.
 */
export function deleteNetwork(draft: Draft, uuid: string): void {
  const network = draft.get("Network", uuid);
  const users = draft.count("Endpoint", "byNetwork", uuid) + draft.count("Router_Gateway", "byNetwork", uuid);
  if (users > 0) return setRemoval(draft, uuid, "everywhere");
  detach(draft, uuid);
  for (const subnet of draft.find("Subnet", "byNetwork", uuid)) deleteSubnet(draft, subnet._uuid);
  for (const access of draft.find("Host_Access", "byNetwork", uuid))
    draft.delete("Host_Access", access._uuid);
  for (const vip of draft.find("Vip", "byNetwork", uuid)) draft.delete("Vip", vip._uuid);
  forgetNetwork(draft, uuid);
  draft.delete("Network", uuid);
  if (network?.claimed) passOn(draft, network.name);
}

/** Deletes a network that is being removed, where no engine, port or router keeps it any more. */
export function endUnused(draft: Draft, uuid: string): void {
  if (draft.get("Network", uuid)?.removal !== "everywhere") return;
  if (draft.count("Docker_Network", "byNetwork", uuid) === 0) deleteNetwork(draft, uuid);
}

import { isDeepStrictEqual } from "node:util";
import { isAutomatic } from "../../intent/docker-pools.ts";
import type { Draft } from "../../intent/draft.ts";
import { soundCidr } from "../../intent/parsed-rows.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { Cidr, Family } from "../../ip.ts";
import { referred } from "../lookup.ts";
import { deleteNetwork, setRemoval } from "../networks/network-rows.ts";
import type { DockerNetworkFacts } from "../schemas/network.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { forgetUse } from "./handle-removal.ts";

type Network = IntentRow<"Network">;
type Subnet = IntentRow<"Subnet">;

/**
 * A network that its engine makes again under the same name while the one before is still used elsewhere is that network: its removal is
 * cancelled. It has to be wished for in the same words, and nothing may be on the new one yet; else it is another
 * network, and waits for the name.
 * @param uuid of the engine's handle.
 * @returns whether it was taken up again.
 */
export function takeUpAgain(draft: Draft, uuid: string, facts: DockerNetworkFacts): boolean {
  const handle = referred(draft.get("Docker_Network", uuid));
  const remade = referred(draft.get("Network", handle.network));
  const [old] = draft.find("Network", "byName", facts.name);
  if (old === undefined || old._uuid === remade._uuid || old.removal === null) return false;
  if (old.origin_host !== handle.host || !isSameWish(draft, old, remade, facts) || isUsed(draft, remade))
    return false;
  for (const subnet of subnetsOf(draft, remade._uuid)) {
    const same = subnetsOf(draft, old._uuid).find(({ cidr }) => cidr === subnet.cidr);
    // The engine knows the pool's id, and asks for addresses by it.
    for (const { _uuid } of draft.find("Docker_Pool", "bySubnet", subnet._uuid))
      draft.update("Docker_Pool", _uuid, { subnet: referred(same)._uuid, remade_network: uuid });
  }
  draft.update("Docker_Network", uuid, { network: old._uuid });
  deleteNetwork(draft, remade._uuid);
  setRemoval(draft, old._uuid, null);
  forgetUse(draft, old._uuid);
  return true;
}

/**
 * An automatic subnet that this engine has given up and others still use: who makes a network now without naming a subnet
 * probably makes that one again. Under another name it is a network of its own with an equal subnet, which may be.
 * @param isElsewhere whether a subnet overlaps something that is no network's.
 */
export function subnetGivenUp(
  view: View,
  { _uuid }: IntentRow<"Host">,
  family: Family,
  isElsewhere: (subnet: Cidr) => boolean,
): string | undefined {
  const unbound = view.find("Docker_Pool", "byUnboundHost", _uuid);
  const held = new Set(unbound.map(({ subnet }) => view.get("Subnet", subnet)?.cidr));
  for (const network of view.rows("Network")) {
    if (network.removal === null || network.origin_host !== _uuid) continue;
    for (const subnet of view.find("Subnet", "byNetwork", network._uuid)) {
      const wanted = soundCidr(subnet);
      if (wanted === undefined || held.has(subnet.cidr) || wanted.family !== family) continue;
      if (isAutomatic(view, subnet._uuid) && !isElsewhere(wanted)) return subnet.cidr;
    }
  }
  return undefined;
}

function isSameWish(view: View, old: Network, remade: Network, facts: DockerNetworkFacts): boolean {
  const wishOf = ({ _uuid, mode, internal, mtu_asked, options }: Network, labels: Network["labels"]) => ({
    mode,
    internal,
    mtu_asked,
    options,
    labels,
    subnets: subnetsOf(view, _uuid).map(wishedOf),
  });
  return isDeepStrictEqual(wishOf(old, old.labels), wishOf(remade, facts.labels ?? {}));
}

function wishedOf({ cidr, gateway, ranges, host_routes, dns, options, managed }: Subnet) {
  return { cidr, gateway, ranges, host_routes, dns, options, managed };
}

function isUsed(view: View, { _uuid }: Network): boolean {
  const hasContainer = view.find("Endpoint", "byNetwork", _uuid).length > 0;
  return hasContainer || subnetsOf(view, _uuid).some((subnet) => hasAddress(view, subnet));
}

function hasAddress(view: View, { _uuid }: Subnet): boolean {
  return view.find("Address", "bySubnet", _uuid).some(({ purpose }) => purpose === "endpoint");
}

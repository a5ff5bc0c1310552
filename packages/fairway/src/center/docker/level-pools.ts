import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { Family } from "../../ip.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { deleteSubnet } from "../subnets/subnets.ts";
import { networkOfLevels } from "../tenancy/named-network.ts";
import { namedNetwork } from "./level-options.ts";

type Subnet = IntentRow<"Subnet">;

/**
 * The subnet of a network in a zone that an engine's pool is to be. Throws `not_found` naming the level that is not there, `invalid` where the subnet has
 * another CIDR.
 * @param name the network's full name. @param cidr the one that the engine's user named; undefined: any will do.
 */
export function subnetOfLevels(view: View, name: string, cidr: string | undefined, family: Family): Subnet {
  const network = networkOfLevels(view, name);
  const own = subnetsOf(view, network._uuid).filter((row) => cidrOf(row).family === family);
  const subnet = own.find((row) => cidr === undefined || row.cidr === cidr);
  if (subnet !== undefined) return subnet;
  const has = own.map((row) => row.cidr).join(", ") || `no subnet of IPv${family}`;
  throw new FairwayError(
    "invalid",
    `network ${network.name} has ${has}${cidr === undefined ? "" : `, not ${cidr}`}; name its CIDR by --subnet, or none`,
  );
}

/** Forgets what of an engine's pools waits for a network that is to join this subnet's: the engine has given it up. */
export function forgetWaiting(draft: Draft, host: string, subnet: Subnet): void {
  const network = draft.get("Network", subnet.network ?? "");
  if (network === undefined || network.zone === null) return;
  for (const pool of draft.find("Docker_Pool", "byUnboundHost", host)) {
    const waiting = draft.get("Subnet", pool.subnet);
    const isMeant = waiting?.cidr === subnet.cidr && namedNetwork(waiting.options) === network.name;
    if (isMeant) deleteSubnet(draft, waiting._uuid);
  }
}

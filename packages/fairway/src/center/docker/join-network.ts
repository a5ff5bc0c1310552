import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { IntentRow } from "../../intent/view.ts";
import { canonicalCidr, canonicalIp } from "../../ip.ts";
import { checkMayJoin } from "../access/network-access.ts";
import { keepAddress } from "../addresses/bindings.ts";
import { holderOf } from "../addresses/holder.ts";
import { networkOf } from "../lookup.ts";
import type { DockerNetworkRequest } from "../schemas/network.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";

type DockerSubnet = DockerNetworkRequest["subnets"][number];

/** `-o network=NAME`: this engine's network is one that exists. What it says of subnets must be so. */
export function join(
  draft: Draft,
  host: IntentRow<"Host">,
  reference: string,
  subnets: readonly DockerSubnet[],
): IntentRow<"Network"> {
  const network = networkOf(draft, reference);
  checkMayJoin(draft, network, host);
  const has = subnetsOf(draft, network._uuid);
  for (const wanted of subnets) {
    const cidr = canonicalCidr(wanted.cidr);
    const subnet = has.find((row) => row.cidr === cidr);
    if (subnet === undefined)
      throw new FairwayError(
        "invalid",
        `network ${network.name} has no subnet ${cidr}; give --ipam-opt network=${reference} too`,
      );
    if (wanted.gateway !== undefined && subnet.gateway === null)
      // An engine asks for one in any case; nothing answers there.
      keepAddress(draft, subnet._uuid, canonicalIp(wanted.gateway), "gateway");
    else if (wanted.gateway !== undefined && canonicalIp(wanted.gateway) !== subnet.gateway)
      throw new FairwayError(
        "invalid",
        `the gateway of subnet ${cidr} of network ${network.name} is ${subnet.gateway ?? "none"}, not ${wanted.gateway}`,
      );
    for (const auxiliary of wanted.auxiliaries ?? []) {
      const ip = canonicalIp(auxiliary);
      const [address] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
      if (address !== undefined && (address.endpoint !== null || address.purpose === "reserved"))
        throw new FairwayError(
          "conflict",
          `auxiliary address ${ip} is already in use by ${holderOf(draft, address)}`,
        );
      keepAddress(draft, subnet._uuid, ip, address?.purpose === "gateway" ? "gateway" : "auxiliary");
    }
  }
  return network;
}

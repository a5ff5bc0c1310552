import { FairwayError } from "../../errors.ts";
import type { View } from "../../intent/view.ts";
import type { NetworkSpec } from "../networks/network-spec.ts";
import type { DockerNetworkRequest } from "../schemas/network.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";

/**
 * Throws `invalid` where an engine makes a network whose addresses come from a LAN's DHCP server, and asks somebody else than Fairway for them, or
 * does not say which subnet the LAN has.
 * @param network its UUID; its subnets are there.
 */
export function checkLeasedPools(
  view: View,
  network: string,
  { managed = true }: Pick<DockerNetworkRequest, "managed">,
  { ipam }: Pick<NetworkSpec, "ipam">,
): void {
  if (ipam !== "dhcp") return;
  const say = (what: string) => new FairwayError("invalid", `option ipam=dhcp needs ${what}`);
  if (!managed) throw say("--ipam-driver fairway, which asks the LAN's DHCP server for each address");
  const isAutomatic = subnetsOf(view, network).some(({ _uuid }) =>
    view.find("Docker_Pool", "bySubnet", _uuid).some(({ automatic }) => automatic),
  );
  if (isAutomatic) throw say("--subnet: the one that the LAN has, in which its DHCP server gives addresses");
}

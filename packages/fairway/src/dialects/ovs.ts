import { FairwayError } from "../errors.ts";
import type { Dialect, Options } from "./dialect.ts";

const prefix = "net.gopher.ovs.bridge.";
const isFlat = (options: Options) => (options[`${prefix}mode`] ?? options["mode"]) === "flat";

const onlyFlat = "it says by which interface a network in flat mode leaves, and this one is in nat mode";

/** docker-ovs-plugin. Its flags are `defaults` of an engine (docs/coming-from.md), its later versions had options of networks. */
export const ovs: Dialect = {
  options: [
    { name: `${prefix}mode`, says: (mode) => ({ mode: modeOf(mode) }) },
    { name: `${prefix}mtu`, says: (mtu) => ({ mtu }) },
    {
      name: `${prefix}bind_interface`,
      says: (nic, all, here) =>
        isFlat(all) ? { physicalnetwork: named(nic, here.physicalNetworkOf(nic)) } : {},
      ignored: (all) => (isFlat(all) ? undefined : onlyFlat),
    },
    {
      name: `${prefix}name`,
      says: (bridge, all, here) => {
        const wire = isFlat(all) ? here.physicalNetworkOn(bridge) : undefined;
        return wire === undefined ? {} : { physicalnetwork: wire };
      },
      ignored: (all) => (isFlat(all) ? undefined : "all networks share Open vSwitch's integration bridge"),
    },
  ],
};

function modeOf(mode: string): string {
  if (mode === "nat" || mode === "flat") return mode;
  throw new FairwayError("invalid", `option ${prefix}mode=${mode} is not valid; it takes nat or flat`);
}

function named(nic: string, wire: string | undefined): string {
  if (wire !== undefined) return wire;
  throw new FairwayError(
    "not_found",
    `no physical network has interface ${nic} on this host; make one: fairway physical-network create lan --type flat; fairway physical-port create lan ${nic}`,
  );
}

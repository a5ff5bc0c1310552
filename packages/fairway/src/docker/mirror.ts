import { isDeepStrictEqual } from "node:util";
import type { HostMirrorItem } from "../center/schemas/host-state.ts";
import { bareAddress } from "../ip.ts";
import type { DriverPair, EngineDrivers } from "./driver-names.ts";
import type { NetworkToCreate } from "./engine.ts";
import type { ListedNetwork } from "./engine-objects.ts";

/** The option that ties a mirror to its network, for the driver and for its IPAM. */
const tie = "mirror";

/** The network that an engine has to make for it to have one of the cluster's. */
export function mirrorOf(item: HostMirrorItem, drivers: DriverPair): NetworkToCreate {
  const { name, internal, attachable, labels, options, ipamOptions, network, subnets } = item;
  const hasFamily = (separator: string) => subnets.some(({ cidr }) => cidr.includes(separator));
  const hasSubnets = subnets.length > 0;
  return {
    Name: name,
    Driver: drivers.network,
    Internal: internal,
    Attachable: attachable,
    EnableIPv4: hasFamily(".") || !hasSubnets,
    EnableIPv6: hasFamily(":"),
    Options: { ...options, [tie]: network },
    Labels: labels,
    IPAM: {
      // Without subnets it was made with Docker's driver that gives no addresses.
      Driver: hasSubnets ? drivers.ipam : "null",
      Options: hasSubnets ? { ...ipamOptions, [tie]: network } : {},
      Config: subnets.map(({ cidr, gateway, range }) => ({
        Subnet: cidr,
        ...(range !== null && { IPRange: range }),
        ...(gateway !== null && { Gateway: gateway }),
      })),
    },
  };
}

/** Whether an engine shows a mirror as it is to be. What an engine adds by itself, as a gateway that nobody named, is no difference. */
export function isAsWanted(listed: ListedNetwork, item: HostMirrorItem, drivers: DriverPair): boolean {
  const { Driver, Internal, Attachable, Labels, Options, IPAM } = mirrorOf(item, drivers);
  const own = { Driver, Internal, Attachable, Labels, Options };
  const shown = {
    Driver: listed.Driver,
    Internal: listed.Internal,
    Attachable: listed.Attachable,
    Labels: listed.Labels,
    Options: listed.Options,
  };
  const there = new Map(listed.IPAM.Config.map((config) => [config.Subnet, config]));
  return (
    isDeepStrictEqual(own, shown) &&
    (IPAM.Config.length === 0 || IPAM.Config.length === there.size) &&
    IPAM.Config.every(({ Subnet, IPRange = "", Gateway }) => {
      const config = there.get(Subnet);
      const isGateway = Gateway === undefined || bareAddress(config?.Gateway ?? "") === Gateway;
      return config !== undefined && config.IPRange === IPRange && isGateway;
    })
  );
}

/** Whether an engine's network is a mirror of this one of the cluster, or of any. */
export function isMirrorOf(
  { Driver, Options }: ListedNetwork,
  { networks }: Pick<EngineDrivers, "networks">,
  network?: string,
): boolean {
  const tied = Options[tie];
  return networks.includes(Driver) && tied !== undefined && (network === undefined || tied === network);
}

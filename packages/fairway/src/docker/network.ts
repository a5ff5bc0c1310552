import type { CreateNetworkRequest, IpamData, NetworkDriver } from "@fairway/docker-plugin";
import type { DockerNetworkRequest } from "../center/schemas/network.ts";
import { checkNeeded, type Here, ignoredOptions, translated } from "../dialects/dialect.ts";
import { dialectOf } from "../dialects/dialects.ts";
import type { DriverName } from "../driver-names.ts";
import { FairwayError } from "../errors.ts";
import { bareAddress } from "../ip.ts";
import { isOwnAddressSpace } from "./address-spaces.ts";
import { serve, unlessUnknown, whileUnderway } from "./call.ts";
import type { Edge } from "./edge.ts";
import { isInternal, networkOptions, withDefaults } from "./options.ts";

/** Where the IPAM driver `null` was chosen Docker names everything and no gateway: the network has no subnet. */
const isNoPool = ({ AddressSpace, Pool }: IpamData): boolean => Pool === "" || AddressSpace === "null";

/** The beginning and the end of a network on this engine. Its name is not known yet: the engine's event brings it. */
export function networkCalls(
  edge: Edge,
  name: DriverName,
): Pick<NetworkDriver, "createNetwork" | "deleteNetwork"> {
  const { api, hostName, underway, failpoints } = edge;
  return {
    createNetwork: (request, context) =>
      serve(
        edge,
        context,
        { method: "CreateNetwork", fields: { networkId: request.NetworkID } },
        async (call) => {
          const asked = networkRequest(request, edge, name);
          const { uuid, status } = await whileUnderway(underway, request.NetworkID, async () => {
            const made = await api.createDockerNetwork(
              { host: hostName, networkId: request.NetworkID },
              asked,
              call.options(),
            );
            await failpoints?.reached("network", call.signal);
            return made;
          });
          call.logger.info(
            { network: uuid, subnets: asked.subnets.map(({ cidr }) => cidr) },
            "network created",
          );
          const ignored = ignoredOptions(dialectOf(name), networkOptions(request.Options));
          if (ignored.length > 0)
            call.logger.warn(
              { network: uuid, driver: name, ignored },
              "options of the network mean nothing here",
            );
          const { subnets: overlaps } = status;
          if (overlaps !== undefined)
            call.logger.warn({ network: uuid, overlaps }, "the network hides something");
        },
      ),

    deleteNetwork: ({ NetworkID: networkId }, context) =>
      serve(edge, context, { method: "DeleteNetwork", fields: { networkId } }, async (call) => {
        await unlessUnknown(api.deleteDockerNetwork({ host: hostName, networkId }, call.options()));
        call.logger.info({}, "network deleted");
      }),
  };
}

function networkRequest(
  { Options, IPv4Data, IPv6Data }: CreateNetworkRequest,
  edge: Pick<Edge, "agent" | "defaults">,
  name: DriverName,
): DockerNetworkRequest {
  const pools = [...IPv4Data, ...IPv6Data].filter((data) => !isNoPool(data));
  const dialect = dialectOf(name);
  const options = placed(translated(dialect, networkOptions(Options), hereOf(edge)), edge);
  checkNeeded(dialect, options);
  return {
    ...(name !== "fairway" && { driver: name }),
    options,
    internal: isInternal(Options),
    managed: pools.length > 0 && pools.every(({ AddressSpace }) => isOwnAddressSpace(AddressSpace)),
    subnets: pools.map(subnetOf),
  };
}

/** The options with this engine's defaults. Throws `not_found` where a default names a bridge that leads to no physical network. */
function placed(
  options: Readonly<Record<string, string>>,
  { agent, defaults }: Pick<Edge, "agent" | "defaults">,
): Record<string, string> {
  const { bridge } = defaults;
  if (bridge === undefined) return withDefaults(options, defaults);
  const wire = agent.physicalNetworkOn(bridge);
  const whole = withDefaults(options, { ...defaults, "physical-network": wire });
  if (whole["mode"] !== "flat" || whole["physicalnetwork"] !== undefined) return whole;
  throw new FairwayError(
    "not_found",
    `no physical network has its interface in bridge ${bridge} of this host (defaults.bridge); put one in, ovs-vsctl add-port ${bridge} NIC, and ` +
      "say so: fairway physical-network create lan --type flat; fairway physical-port create lan NIC",
  );
}

function hereOf({ agent }: Pick<Edge, "agent">): Here {
  return {
    physicalNetworkOf: (nic) => {
      for (const item of agent.state.items.values())
        if (item.kind === "provider-bridge" && item.interface === nic) return item.name;
      return undefined;
    },
    physicalNetworkOn: (bridge) => agent.physicalNetworkOn(bridge),
  };
}

function subnetOf({ AddressSpace, Pool, Gateway, AuxAddresses }: IpamData) {
  return {
    space: AddressSpace,
    cidr: Pool,
    ...(Gateway && { gateway: bareAddress(Gateway) }),
    auxiliaries: Object.values(AuxAddresses).map(bareAddress),
  };
}

import type { DockerEndpointFacts } from "../center/schemas/endpoint.ts";
import type { DockerNetworkFacts } from "../center/schemas/network.ts";
import { acceptedMap, acceptedNames } from "./accepted-facts.ts";
import type { EngineContainer, EngineNetwork } from "./engine-objects.ts";

const shortIdLength = 12;

export interface DescribedEndpoint {
  readonly networkId: string;
  readonly endpointId: string;
  readonly facts: DockerEndpointFacts;
  /** What the center could not keep, as a log names it. */
  readonly leftOut: readonly string[];
}

export interface DescribedNetwork {
  readonly facts: DockerNetworkFacts;
  readonly leftOut: readonly string[];
}

/**
 * What a container tells of its endpoints on these networks: whose they are and under which names they answer.
 * @param groups the security groups that its own label names; undefined: nobody knows.
 */
export function describedEndpoints(
  container: EngineContainer,
  networkIds: ReadonlySet<string>,
  groups: readonly string[] | undefined,
): DescribedEndpoint[] {
  const containerName = container.Name.replace(/^\//, "");
  const labels = acceptedMap("label", container.Config.Labels);
  return Object.values(container.NetworkSettings.Networks)
    .filter(({ NetworkID, EndpointID }) => EndpointID !== "" && networkIds.has(NetworkID))
    .map(({ NetworkID, EndpointID, Aliases, DNSNames }) => {
      const ownId = container.Id.slice(0, shortIdLength);
      const names = acceptedNames([containerName, ownId, ...Aliases, ...DNSNames]);
      return {
        networkId: NetworkID,
        endpointId: EndpointID,
        facts: {
          containerId: container.Id,
          ...(names.accepted.includes(containerName) && { containerName }),
          names: [...names.accepted],
          labels: labels.accepted,
          ...(groups !== undefined && { groups: [...groups] }),
        },
        leftOut: [...labels.leftOut, ...names.leftOut],
      };
    });
}

/** What an engine tells of a network afterwards, as its user gave it. */
export function describedNetwork({
  Name,
  Labels,
  Options,
  Attachable,
  IPAM,
}: EngineNetwork): DescribedNetwork {
  const labels = acceptedMap("label", Labels);
  const options = acceptedMap("option", Options);
  const ipamOptions = acceptedMap("IPAM option", IPAM.Options);
  const facts = {
    name: Name,
    labels: labels.accepted,
    options: options.accepted,
    ipamOptions: ipamOptions.accepted,
    ranges: IPAM.Config.flatMap(({ Subnet, IPRange }) =>
      IPRange === "" ? [] : [{ cidr: Subnet, range: IPRange }],
    ),
    gateways: IPAM.Config.flatMap(({ Subnet, Gateway }) => (Gateway === "" ? [] : Subnet)),
    attachable: Attachable,
  };
  return { facts, leftOut: [labels, options, ipamOptions].flatMap(({ leftOut }) => leftOut) };
}

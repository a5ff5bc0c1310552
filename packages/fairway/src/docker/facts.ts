import type { DockerEndpointFacts, DockerNetworkFacts } from "../api/types.ts";
import type { EngineContainer, EngineNetwork } from "./engine-objects.ts";

const shortIdLength = 12;

export interface DescribedEndpoint {
  readonly networkId: string;
  readonly endpointId: string;
  readonly facts: DockerEndpointFacts;
}

/** What a container tells of its endpoints on these networks: whose they are and under which names they answer. */
export function describedEndpoints(
  container: EngineContainer,
  networkIds: ReadonlySet<string>,
): DescribedEndpoint[] {
  const containerName = container.Name.replace(/^\//, "");
  return Object.values(container.NetworkSettings.Networks)
    .filter(({ NetworkID, EndpointID }) => EndpointID !== "" && networkIds.has(NetworkID))
    .map(({ NetworkID, EndpointID, Aliases, DNSNames }) => {
      const names = [containerName, ...Aliases, ...DNSNames, container.Id.slice(0, shortIdLength)];
      return {
        networkId: NetworkID,
        endpointId: EndpointID,
        facts: {
          containerId: container.Id,
          containerName,
          names: [...new Set(names)],
          labels: container.Config.Labels,
        },
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
}: EngineNetwork): DockerNetworkFacts {
  return {
    name: Name,
    labels: Labels,
    options: Options,
    ipamOptions: IPAM.Options,
    ranges: IPAM.Config.flatMap(({ Subnet, IPRange }) =>
      IPRange === "" ? [] : [{ cidr: Subnet, range: IPRange }],
    ),
    gateways: IPAM.Config.flatMap(({ Subnet, Gateway }) => (Gateway === "" ? [] : Subnet)),
    attachable: Attachable,
  };
}

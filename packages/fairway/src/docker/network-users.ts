import type { ListedContainer } from "./engine-objects.ts";

/**
 * The names of the containers that a network is needed by, in whatever state. One that was never started names its network as
 * its user did: by name, id, or the beginning of an id.
 */
export function containersOn(
  containers: readonly ListedContainer[],
  networkId: string,
  networkName: string,
): readonly string[] {
  const isMeant = (reference: string) =>
    reference === networkName || (reference !== "" && networkId.startsWith(reference));
  return containers
    .filter(({ HostConfig, NetworkSettings: { Networks } }) => {
      const references = Object.entries(Networks).flatMap(([key, { NetworkID }]) =>
        NetworkID === "" ? key : NetworkID,
      );
      return [...references, HostConfig.NetworkMode].some(isMeant);
    })
    .map(({ Id, Names }) => Names[0]?.replace(/^\//, "") ?? Id.slice(0, 12));
}

import type { Cluster } from "../cluster.ts";
import type { Invariant } from "../invariant.ts";
import type { IntentNetwork, Observation } from "../observation.ts";

export interface Place {
  readonly host: string;
  readonly name: string;
  readonly pid: number;
  readonly addresses: readonly string[];
}

interface Meeting {
  readonly network: IntentNetwork;
  readonly places: readonly Place[];
}

/** Every container reaches the next one of its network, and the last one the first: by each address that it has. */
export const containersReach: Invariant = {
  name: "containers of one network reach each other",
  async check({ cluster, seen }) {
    const asked = placesByNetwork(seen).flatMap(({ network, places }) =>
      places.length < 2
        ? []
        : places.map(async (from, at) => {
            const to = places[(at + 1) % places.length] ?? from;
            const lost: string[] = [];
            for (const address of to.addresses)
              if (!(await answers(cluster, from, address))) lost.push(address);
            return lost.map(
              (address) =>
                `${from.name} on ${from.host} does not reach ${to.name} on ${to.host} by ${address}, network ${network.name}`,
            );
          }),
    );
    return (await Promise.all(asked)).flat();
  },
};

/** Running containers by their network in the intent: two engines may have different ones of a name. */
export function placesByNetwork({ containers, endpoints, networks }: Observation): readonly Meeting[] {
  const places = containers
    .filter(({ status }) => status === "running")
    .flatMap(({ host, name, pid, attachments }) =>
      attachments.map(({ endpointId, addresses }) => ({ host, name, pid, addresses, endpointId })),
    );
  const networkOf = new Map(endpoints.map(({ engine, network }) => [engine?.endpointId, network.uuid]));
  return networks.map((network) => ({
    network,
    places: places.filter(({ endpointId }) => networkOf.get(endpointId) === network.uuid),
  }));
}

async function answers(cluster: Cluster, from: Place, address: string): Promise<boolean> {
  const ping = ["busybox", "ping", "-c", "1", "-W", "2", address];
  const { code } = await cluster
    .host(from.host)
    .run(["nsenter", "--target", String(from.pid), "--net", ...ping], { check: false, timeoutMs: 20_000 });
  return code === 0;
}

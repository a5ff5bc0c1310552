import type { Cluster } from "../cluster.ts";
import type { Invariant } from "../invariant.ts";
import type { Observation } from "../observation.ts";

interface Place {
  readonly host: string;
  readonly name: string;
  readonly pid: number;
  readonly addresses: readonly string[];
}

/** Every container reaches the next one of its network, and the last one the first: by each address that it has. */
export const containersReach: Invariant = {
  name: "containers of one network reach each other",
  async check({ cluster, seen }) {
    const asked = [...placesByNetwork(seen)].flatMap(([network, places]) =>
      places.length < 2
        ? []
        : places.map(async (from, at) => {
            const to = places[(at + 1) % places.length] ?? from;
            const lost: string[] = [];
            for (const address of to.addresses)
              if (!(await answers(cluster, from, address))) lost.push(address);
            return lost.map(
              (address) =>
                `${from.name} on ${from.host} does not reach ${to.name} on ${to.host} by ${address}, network ${network}`,
            );
          }),
    );
    return (await Promise.all(asked)).flat();
  },
};

/** Running containers by their network in the intent: two engines may have different ones of a name. */
function placesByNetwork({ containers, endpoints }: Observation): ReadonlyMap<string, readonly Place[]> {
  const byEndpoint = new Map(endpoints.map((endpoint) => [endpoint.engine?.endpointId, endpoint.network]));
  const found = new Map<string, Place[]>();
  for (const { host, name, pid, status, attachments } of containers) {
    if (status !== "running") continue;
    for (const { endpointId, addresses } of attachments) {
      const network = byEndpoint.get(endpointId);
      if (network === undefined) continue;
      const key = `${network.name} ${network.uuid.slice(0, 8)}`;
      found.set(key, [...(found.get(key) ?? []), { host, name, pid, addresses }]);
    }
  }
  return found;
}

async function answers(cluster: Cluster, from: Place, address: string): Promise<boolean> {
  const ping = ["busybox", "ping", "-c", "1", "-W", "2", address];
  const { code } = await cluster
    .host(from.host)
    .run(["nsenter", "--target", String(from.pid), "--net", ...ping], { check: false, timeoutMs: 20_000 });
  return code === 0;
}

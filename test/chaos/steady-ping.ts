import { addressOf } from "../e2e/docker-network.ts";
import { meets } from "../e2e/three-hosts.ts";
import { Traffic } from "../e2e/traffic.ts";
import { type Cluster, protectedContainers } from "./cluster.ts";

/** Pings from one protected container to the other for the time of a round. */
export async function startSteadyPing(cluster: Cluster): Promise<Traffic> {
  const address = await addressOf(cluster.host("h3"), protectedContainers.h3);
  await meets(cluster.host("h1"), protectedContainers.h1, address);
  return Traffic.start(cluster.host("h1"), protectedContainers.h1, address);
}

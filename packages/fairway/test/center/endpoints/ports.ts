import { root, TestCenter } from "../../center.ts";

/** A port of no particular kind. */
export const wish = { addresses: [], labels: {}, options: {} };

/** A network of the cluster named blue, and a host h2 beside its own. */
export async function startWithBlue() {
  const center = await TestCenter.start();
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  await center.service.hosts.register("h2", { systemId: "system-h2" }, root);
  return { center, blue };
}

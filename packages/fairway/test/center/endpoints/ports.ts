import { FairwayError } from "../../../src/errors.ts";
import { root, TestCenter } from "../../center.ts";

/** Whether an error of ours has that code, and words that match. */
export const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

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

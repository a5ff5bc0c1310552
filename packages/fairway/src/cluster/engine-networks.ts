import { Engine } from "../docker/engine.ts";
import type { EngineNetwork } from "../docker/engine-objects.ts";
import { FairwayError } from "../errors.ts";

const boundMs = 60_000;

/**
 * Takes a driver's networks out of this engine, mirrors too: nothing will serve them any more. The driver must answer still.
 * @param isHeard whether the center answers; where it does not, the driver would wait for it at each network, in vain
 * @returns the names of those that stayed: a container has them, a stopped one too, or the engine refused
 */
export async function removeEngineNetworks(
  socket: string,
  driver: string,
  isHeard: boolean,
): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(boundMs);
  await using engine = new Engine(socket);
  const networks = await networksOf(engine, driver, signal);
  const stayed = networks.map(async ({ Id, Name, isUsed }) => {
    if (isUsed || !isHeard) return [Name];
    return engine.removeNetwork(Id, signal).then(
      () => [],
      () => [Name],
    );
  });
  return (await Promise.all(stayed)).flat();
}

/** None where there is no engine. */
async function networksOf(
  engine: Engine,
  driver: string,
  signal: AbortSignal,
): Promise<readonly (EngineNetwork & { readonly isUsed: boolean })[]> {
  try {
    const networks = await engine.networks(driver, signal);
    const containers = await engine.containers(signal);
    const used = new Set(
      containers.flatMap(({ NetworkSettings: { Networks } }) =>
        Object.values(Networks).map(({ NetworkID }) => NetworkID),
      ),
    );
    return networks.map((network) => ({ ...network, isUsed: used.has(network.Id) }));
  } catch (error) {
    if (error instanceof FairwayError && error.code === "unavailable") return [];
    throw error;
  }
}

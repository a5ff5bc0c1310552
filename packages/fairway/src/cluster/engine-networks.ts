import { basename } from "node:path";
import { openKeptState } from "../agent/state/kept-state.ts";
import type { Config } from "../config/schema.ts";
import { Engine } from "../docker/engine.ts";
import type { ListedNetwork } from "../docker/engine-objects.ts";
import { FairwayError } from "../errors.ts";
import { silent } from "../logger.ts";

const boundMs = 60_000;

export interface EngineToClear {
  /** Of the engine's API. */
  readonly socket: string;
  /** The driver of which every network is Fairway's. */
  readonly driver: string;
  /** Fairway's networks under names that another plugin may have had before, by the engine's ids. */
  readonly others: ReadonlySet<string>;
  /** Whether the center answers; where it does not, the driver would wait for it at each network, in vain. */
  readonly isHeard: boolean;
  /** Whether an engine that does not answer is left as it is. */
  readonly force: boolean;
}

/** Which networks of this machine's engine are Fairway's, by what the center said last; to be asked while this machine is a member. */
export async function ownNetworks({
  docker,
  host,
}: Pick<Config, "docker" | "host">): Promise<Pick<EngineToClear, "socket" | "driver" | "others">> {
  const kept = await openKeptState(host.state, silent).read();
  const others = (kept?.items ?? []).flatMap((item) => (item.kind === "network" ? item.engineId : []));
  return { socket: docker.socket, driver: basename(docker.plugin, ".sock"), others: new Set(others) };
}

/** Throws `unavailable`, with the mend, where the engine does not answer: it would keep networks that nothing serves. */
export async function requireEngine(socket: string): Promise<void> {
  await using engine = new Engine(socket);
  await engine.version(AbortSignal.timeout(boundMs)).catch(refuse);
}

/**
 * Takes Fairway's networks out of this engine, mirrors too: nothing will serve them any more. The driver must answer still.
 * @returns the names of those that stayed: a container has them, a stopped one too, or the engine refused; `unknown` where the engine does
 *   not answer.
 * @throws `unavailable`, with the mend, where it does not and must.
 */
export async function removeEngineNetworks(asked: EngineToClear): Promise<readonly string[] | "unknown"> {
  const signal = AbortSignal.timeout(boundMs);
  await using engine = new Engine(asked.socket);
  const networks = await networksOf(engine, asked, signal);
  if (networks === undefined) return "unknown";
  const stayed = networks.map(async ({ Id, Name, isUsed }) => {
    if (isUsed || !asked.isHeard) return [Name];
    return engine.removeNetwork(Id, signal).then(
      () => [],
      () => [Name],
    );
  });
  return (await Promise.all(stayed)).flat();
}

/** What a person still has to do about the networks that an engine keeps, as `removeEngineNetworks` tells them. */
export function adviceOnNetworks(stayed: readonly string[] | "unknown"): readonly string[] {
  if (stayed === "unknown")
    return [
      "Docker did not answer and keeps Fairway's networks, which nothing serves any more. When it runs again, remove them: " +
        "docker network rm $(docker network ls --quiet --filter driver=fairway)",
    ];
  if (stayed.length === 0) return [];
  return [`Docker keeps ${stayed.toSorted().join(", ")}, which nothing serves any more.`];
}

/** Undefined where the engine does not answer and need not. */
async function networksOf(
  engine: Engine,
  { driver, others, force }: EngineToClear,
  signal: AbortSignal,
): Promise<readonly (ListedNetwork & { readonly isUsed: boolean })[] | undefined> {
  try {
    const all = await engine.allNetworks(signal);
    const networks = all.filter(({ Id, Driver }) => Driver === driver || others.has(Id));
    const containers = await engine.containers(signal);
    const used = new Set(
      containers.flatMap(({ NetworkSettings: { Networks } }) =>
        Object.values(Networks).map(({ NetworkID }) => NetworkID),
      ),
    );
    return networks.map((network) => ({ ...network, isUsed: used.has(network.Id) }));
  } catch (error) {
    if (force && error instanceof FairwayError && error.code === "unavailable") return undefined;
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  if (!(error instanceof FairwayError && error.code === "unavailable")) throw error;
  throw new FairwayError(
    "unavailable",
    `Docker does not answer: ${error.message}; start it first (systemctl start docker), or leave with --force: then Docker ` +
      "keeps Fairway's networks, which nothing serves any more",
    { cause: error },
  );
}

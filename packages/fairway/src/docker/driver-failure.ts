import type { EngineContainer } from "./engine-objects.ts";

/** Policies by which Docker starts a container itself; `on-failure` too, for a start that fails is a failure. */
const restarting: ReadonlySet<string> = new Set(["always", "unless-stopped", "on-failure"]);

/** A remote driver's method, as it stands in the error of a call that failed. */
const driverMethod = /\b(?:NetworkDriver|IpamDriver)\.[A-Z]/;

/**
 * Whether Docker gave a container up because its network driver did not answer, or refused it. One error ends a restart policy, and
 * Docker never tries again. The error stays with the container until it runs: one that somebody stopped has none.
 * @param names those under which the engine knows this plugin.
 */
export function failedByDriver({ State, HostConfig }: EngineContainer, names: readonly string[]): boolean {
  const isWanted = State.Status === "exited" && restarting.has(HostConfig.RestartPolicy.Name);
  return isWanted && blames(State.Error, names);
}

function blames(error: string, names: readonly string[]): boolean {
  const isNamed = (name: string) =>
    error.includes(`plugin "${name}" not found`) || error.includes(`/${name}.sock`);
  return names.some(isNamed) || driverMethod.test(error);
}

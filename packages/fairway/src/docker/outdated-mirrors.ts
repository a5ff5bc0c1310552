import type { HostMirrorItem, HostNetworkItem } from "../center/schemas/host-state.ts";
import { messageOf } from "../errors.ts";
import type { ListedNetwork } from "./engine-objects.ts";
import { isAsWanted, mirrorOf } from "./mirror.ts";
import type { MirrorsParts } from "./mirrors.ts";
import { containersOn } from "./network-users.ts";

/**
 * Mirrors of networks that were changed after they were made. An engine cannot change a network: a mirror is made anew while no container is on it,
 * stopped ones included, and stays as it was while one is.
 */
export class OutdatedMirrors {
  readonly #parts: Pick<MirrorsParts, "engine" | "drivers" | "logger">;
  /** By network: the wish for which its mirror was made anew. An engine that shows it otherwise all the same is not asked again. */
  readonly #renewed = new Map<string, string>();
  /** Networks whose mirror was removed to be made anew, until it is there as it is to be. */
  readonly #renewing = new Set<string>();
  #left: readonly string[] = [];

  constructor(parts: Pick<MirrorsParts, "engine" | "drivers" | "logger">) {
    this.#parts = parts;
  }

  /** How many were left as they were by the last look. */
  get size(): number {
    return this.#left.length;
  }

  /** Whether a network's mirror is away because it is being made anew: nobody else has removed it. */
  isRenewing(network: string): boolean {
    return this.#renewing.has(network);
  }

  /**
   * Makes anew what can be. One that fails is one that fails.
   * @param networks as the engine lists them. @returns the engine's ids of those that stay as they were, because containers are on them.
   */
  async renew(
    wanted: readonly HostMirrorItem[],
    handles: readonly HostNetworkItem[],
    networks: readonly ListedNetwork[],
    signal: AbortSignal,
  ): Promise<string[]> {
    const mirrors = new Map(
      handles.flatMap(({ network, handle, engineId }) =>
        handle === "mirrored" ? [[network, networks.find(({ Id }) => Id === engineId)] as const] : [],
      ),
    );
    const differing = wanted.flatMap((item) => {
      const listed = mirrors.get(item.network);
      const isRight =
        listed === undefined || isAsWanted(listed, item, this.#parts.drivers.pairFor(item.driver));
      if (listed !== undefined && isRight) this.#renewing.delete(item.network);
      return isRight || this.#renewed.get(item.network) === this.#wishFor(item) ? [] : [{ item, listed }];
    });
    this.#forgetAllBut(wanted);
    const left: string[] = [];
    // One after the other: an engine makes no two networks at once.
    for (const { item, listed } of differing)
      if (!(await this.#renew(item, listed, signal))) left.push(listed.Id);
    this.#left = left;
    return left.sort();
  }

  /** @returns false where the mirror stays as it was. */
  async #renew(item: HostMirrorItem, { Id, Name }: ListedNetwork, signal: AbortSignal): Promise<boolean> {
    const { engine, drivers, logger } = this.#parts;
    const { network, name } = item;
    try {
      if (containersOn(await engine.containers(signal), Id, Name).length > 0) return false;
      this.#renewing.add(network);
      await engine.removeNetwork(Id, signal);
      this.#renewed.set(network, this.#wishFor(item));
      const id = await engine.createNetwork(mirrorOf(item, drivers.pairFor(item.driver)), signal);
      logger.info({ network, name, networkId: id, instead: Id }, "mirror made anew: its network was changed");
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      // What was removed and not made is missing, and is made like every mirror that is.
      logger.warn(
        { network, name, error: messageOf(error) },
        "a mirror of a changed network was not made anew",
      );
      return false;
    }
  }

  #wishFor(item: HostMirrorItem): string {
    return JSON.stringify(mirrorOf(item, this.#parts.drivers.pairFor(item.driver)));
  }

  #forgetAllBut(wanted: readonly HostMirrorItem[]): void {
    const known = new Set(wanted.map(({ network }) => network));
    for (const kept of [this.#renewed, this.#renewing])
      for (const network of kept.keys()) if (!known.has(network)) kept.delete(network);
  }
}

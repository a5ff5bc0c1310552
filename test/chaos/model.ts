import type { Lane } from "./step.ts";

/**
 * What must be, by the answers that were given. `unknown`: an operation failed or a fault came between, and whatever the engine
 * has at the next quiet point is right.
 */
export interface Container {
  readonly name: string;
  readonly host: string;
  networks: readonly string[];
  /** The network that `docker run` named. */
  readonly first: string;
  /** Asked for by `--ip`, on that one. */
  readonly address: string | undefined;
  /** The host's, TCP, by `--publish`. */
  readonly port: number | undefined;
  /** Whether its engine starts it again (`--restart always`). */
  readonly restarts: boolean;
  state: "running" | "stopped" | "unknown";
}

export interface Network {
  readonly name: string;
  /** The engine on which it was made. */
  origin: string;
  /** Flags of `docker network create`. */
  flags: readonly string[];
  /** `going`: its removal was asked for, and it ends with the last container on it. */
  state: "present" | "going" | "unknown";
}

/** The containers and networks that operations made. What is absent must be absent everywhere. */
export class Model {
  readonly containers = new Map<string, Container>();
  readonly networks = new Map<string, Network>();
  /** For planning: hosts by the containers that they have or had in this round. Two hosts at once must not use one name. */
  readonly homes = new Map<string, string>();

  /** For planning: what will be if everything succeeds. */
  clone(): Model {
    const copy = new Model();
    for (const [name, container] of this.containers) {
      copy.containers.set(name, { ...container });
      copy.homes.set(name, container.host);
    }
    for (const [name, network] of this.networks) copy.networks.set(name, { ...network });
    return copy;
  }

  /** A lane's. */
  containersOf(lane: Lane): readonly Container[] {
    return [...this.containers.values()].filter(
      ({ host, name }) => host === lane.host && lane.containers.includes(name),
    );
  }

  isUsed(network: string): boolean {
    return [...this.containers.values()].some(({ networks }) => networks.includes(network));
  }

  /** Something went wrong with a container: what its engine says from now on is right. */
  doubt(container: string): void {
    const known = this.containers.get(container);
    if (known !== undefined) known.state = "unknown";
  }

  doubtNetwork(name: string): void {
    const known = this.networks.get(name);
    if (known !== undefined) known.state = "unknown";
  }

  /**
   * Every process of a host's containers has ended; those with a restart policy come again. One that was disconnected from its first network
   * may not: Docker starts it on that one, which may be gone (`could not find a network matching network mode`).
   */
  containersDied(host: string): void {
    for (const container of this.containers.values()) {
      const comesAgain = container.restarts && container.networks.includes(container.first);
      if (container.host === host && container.state === "running" && !comesAgain)
        container.state = "unknown";
    }
    this.engineStarts(host);
  }

  /** An engine that starts also starts what was stopped by hand, where the policy is `always`. */
  engineStarts(host: string): void {
    for (const container of this.containers.values())
      if (container.host === host && container.state === "stopped" && container.restarts)
        container.state = "unknown";
  }
}

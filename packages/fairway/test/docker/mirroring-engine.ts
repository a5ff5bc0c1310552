import type { NetworkToCreate } from "../../src/docker/engine.ts";
import { type ListedContainer, type ListedNetwork, listedNetwork } from "../../src/docker/engine-objects.ts";
import { FairwayError } from "../../src/errors.ts";
import { idOf } from "./engine-lists.ts";

/** An engine that has the networks and containers that the test gives it, and those that were made. */
export class MirroringEngine {
  readonly networks = new Map<string, ListedNetwork>();
  readonly containersThere: ListedContainer[] = [];
  readonly made: NetworkToCreate[] = [];
  readonly removed: string[] = [];
  refusal: FairwayError | undefined;
  /** Networks that it cannot remove. */
  readonly stuck = new Set<string>();
  looks = 0;

  add(digit: string, Name: string, Driver = "bridge", Options: Record<string, string> = {}): void {
    this.networks.set(idOf(digit), listedNetwork.parse({ Id: idOf(digit), Name, Driver, Options }));
  }

  async allNetworks() {
    this.looks++;
    return [...this.networks.values()];
  }

  async containers() {
    return this.containersThere;
  }

  async createNetwork(network: NetworkToCreate) {
    if (this.refusal !== undefined) throw this.refusal;
    this.made.push(network);
    const digit = String(this.made.length);
    this.networks.set(idOf(digit), listedNetwork.parse({ ...network, Id: idOf(digit) }));
    return idOf(digit);
  }

  async removeNetwork(id: string) {
    if (this.stuck.has(id))
      throw new FairwayError("internal", "The engine answered with 500: error removing");
    this.removed.push(id);
    this.networks.delete(id);
  }
}

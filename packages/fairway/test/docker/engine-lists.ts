import type { EngineDrivers } from "../../src/docker/driver-names.ts";
import {
  container,
  type EngineNetwork,
  type ListedContainer,
  listedContainer,
  listedNetwork,
  network,
} from "../../src/docker/engine-objects.ts";
import type { RecoveryParts } from "../../src/docker/recovery.ts";
import type { EngineLists } from "../../src/docker/stale-objects.ts";
import { FairwayError } from "../../src/errors.ts";

type Claimable = RecoveryParts["engine"];

/** Of an engine that knows Fairway under its own name alone. */
export const onlyFairway: EngineDrivers = {
  networks: ["fairway"],
  ipams: ["fairway"],
  pairFor: () => ({ network: "fairway", ipam: "fairway" }),
};

/** An engine's id of one digit. */
export const idOf = (digit: string) => digit.repeat(64);

/** What an engine answers, and how often it was asked for its networks. */
export class Lists implements EngineLists, Claimable {
  readonly networks = new Map<string, EngineNetwork>();
  readonly running: ListedContainer[] = [];
  isSilent = false;
  /** Networks that it cannot show. */
  readonly broken = new Set<string>();
  /** A look waits for it. */
  gate: Promise<void> | undefined;
  asked = 0;

  add(id: string, ...endpoints: readonly string[]): void {
    const Containers = Object.fromEntries(endpoints.map((each) => [`ep-${each}`, { EndpointID: each }]));
    this.networks.set(id, network.parse({ Id: id, Name: "blue", Containers }));
  }

  async networkIds() {
    this.asked++;
    const seen = new Set(this.networks.keys());
    await this.gate;
    if (this.isSilent) throw new FairwayError("unavailable", "The engine does not answer");
    return seen;
  }

  async allNetworks() {
    return [...this.networks.values()].map((each) => listedNetwork.parse({ ...each, Driver: "fairway" }));
  }

  async network(id: string) {
    if (this.broken.has(id))
      throw new FairwayError("internal", `The engine answered /networks/${id} with 500`);
    return this.networks.get(id) ?? Promise.reject(new FairwayError("not_found", "There is no such network"));
  }

  async containers() {
    return this.running;
  }

  async image(Id: string) {
    return { Id };
  }

  async container(id: string) {
    const Networks = this.running.find(({ Id }) => Id === id)?.NetworkSettings.Networks ?? {};
    const told = Object.entries(Networks).map(([name, each]) => [
      name,
      { ...each, Aliases: ["www"], DNSNames: [] },
    ]);
    const NetworkSettings = { Networks: Object.fromEntries(told) };
    return container.parse({ Id: id, Name: "/web", NetworkSettings });
  }

  /** A container that runs on a network. */
  run(network: string, endpoint: string): void {
    const blue = {
      NetworkID: network,
      EndpointID: endpoint,
      IPAddress: "10.1.0.7",
      MacAddress: "0a:00:00:00:00:07",
    };
    const NetworkSettings = { Networks: { blue } };
    this.running.push(listedContainer.parse({ Id: endpoint, State: "running", NetworkSettings }));
  }
}

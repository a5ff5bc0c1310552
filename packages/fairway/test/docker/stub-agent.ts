import type { PluggedPort, PortToPlug } from "../../src/agent/ports/plugger.ts";
import type { PortWish } from "../../src/agent/published-ports/choice.ts";
import type { PublishedPort } from "../../src/center/schemas/endpoint.ts";
import type { HostEndpointItem, HostItem } from "../../src/center/schemas/host-state.ts";
import type { DockerEdgeOptions } from "../../src/docker/start.ts";
import { StubLeases } from "./stub-leases.ts";

type AgentOfEdge = DockerEdgeOptions["agent"];

/** An agent that plugs nothing and remembers what it was asked for. */
export class StubAgent implements AgentOfEdge {
  readonly prepared: PortToPlug[] = [];
  readonly plugged: PortToPlug[] = [];
  readonly unplugged: string[] = [];
  readonly state = {
    items: new Map<string, HostItem>(),
    isFresh: true,
    awaySinceMs: undefined as number | undefined,
  };
  readonly undescribed = new Set<string>();
  readonly versions = new Map<string, string>();
  readonly listeners: ((keys?: readonly string[]) => void)[] = [];
  /** Endpoints whose link is gone. */
  readonly withoutLink: HostEndpointItem[] = [];
  /** Errors to throw instead of publishing, each once. */
  readonly publishFailures: Error[] = [];
  /** Who else has an address on the wire, by address. */
  readonly holders = new Map<string, string>();
  readonly leases = new StubLeases();
  failure: Error | undefined;

  prepare(port: PortToPlug): void {
    this.prepared.push(port);
  }

  async plug(port: PortToPlug): Promise<PluggedPort> {
    this.plugged.push(port);
    if (this.failure !== undefined) throw this.failure;
    return { interfaceName: "fc0123456789a", stages: { linkMs: 1, portMs: 1, installedMs: 1, peersMs: 0 } };
  }

  async unplug(endpoint: string): Promise<void> {
    this.unplugged.push(endpoint);
    if (this.failure !== undefined) throw this.failure;
  }

  async linkless(): Promise<readonly HostEndpointItem[]> {
    return [...this.withoutLink];
  }

  async uplinkReady(): Promise<void> {}

  async wayToHost(): Promise<undefined> {}

  async holderOnWire(_wire: unknown, ip: string): Promise<string | undefined> {
    return this.holders.get(ip);
  }

  /** By bridge. */
  readonly physicalNetworks = new Map<string, string>();

  physicalNetworkOn(bridge: string): string | undefined {
    return this.physicalNetworks.get(bridge);
  }

  async routesIn(): Promise<ReadonlySet<string>> {
    return new Set();
  }

  onState(listener: (keys?: readonly string[]) => void): void {
    this.listeners.push(listener);
  }

  readonly wishes: PortWish[] = [];

  async publish(_of: unknown, wishes: readonly PortWish[]): Promise<PublishedPort[]> {
    this.wishes.push(...wishes);
    const failure = this.publishFailures.shift();
    if (failure !== undefined) throw failure;
    return wishes.map(({ protocol, port, hostAddress, firstHostPort: hostPort }) => ({
      protocol,
      port,
      hostAddress,
      hostPort,
    }));
  }

  async revoke(): Promise<boolean> {
    return true;
  }

  /** How often the engine was compared to the end. */
  compared = 0;

  engineCompared(): void {
    this.compared++;
  }

  onLeftover(): () => void {
    return () => undefined;
  }

  /** By container. */
  readonly nameServers = new Map<string, readonly string[]>();

  setNameServers(container: string, servers: readonly string[]): void {
    if (servers.length > 0) this.nameServers.set(container, servers);
    else this.nameServers.delete(container);
  }

  keepNameServers(containers: ReadonlySet<string>): void {
    for (const container of this.nameServers.keys())
      if (!containers.has(container)) this.nameServers.delete(container);
  }

  setVersion(name: string, version: string): void {
    this.versions.set(name, version);
  }
}

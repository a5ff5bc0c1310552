import type { PluggedPort, PortToPlug } from "../../src/agent/agent.ts";
import type { PortWish } from "../../src/agent/published-ports-choice.ts";
import type { HostEndpointItem, HostItem, PublishedPort } from "../../src/api/types.ts";
import type { DockerEdgeOptions } from "../../src/docker/start.ts";

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

  async legReady(): Promise<void> {}

  onState(listener: (keys?: readonly string[]) => void): void {
    this.listeners.push(listener);
  }

  async publish(_of: unknown, wishes: readonly PortWish[]): Promise<PublishedPort[]> {
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

  setVersion(name: string, version: string): void {
    this.versions.set(name, version);
  }
}

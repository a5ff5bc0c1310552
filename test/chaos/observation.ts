import type { Host } from "../../lab/host/host.ts";
import type { Cluster } from "./cluster.ts";

/** An interface of a container, by its engine. */
interface Attachment {
  readonly network: string;
  readonly networkId: string;
  readonly endpointId: string;
  /** Without prefix lengths. */
  readonly addresses: readonly string[];
  readonly mac: string;
}

/** A container as its engine shows it. */
interface EngineContainer {
  readonly host: string;
  readonly name: string;
  readonly status: string;
  readonly pid: number;
  /** On Fairway's networks. */
  readonly attachments: readonly Attachment[];
}

/** A network of Fairway's as an engine shows it. */
interface EngineNetwork {
  readonly host: string;
  readonly name: string;
  readonly id: string;
}

/** As `fairway endpoint ls` shows it. */
interface IntentEndpoint {
  readonly uuid: string;
  readonly network: { readonly uuid: string; readonly name: string };
  readonly mac: string;
  readonly addresses: readonly string[];
  readonly host: string | null;
  readonly engine: { readonly endpointId: string; readonly containerName: string | null } | null;
  readonly status: Readonly<Record<string, string>>;
}

/** As `fairway network ls` shows it. */
export interface IntentNetwork {
  readonly uuid: string;
  readonly name: string;
  readonly claimed: boolean;
  readonly scope: string;
  readonly internal: boolean;
  readonly originHost: string | null;
  readonly engines: readonly { readonly host: string; readonly engineId: string }[];
  readonly status: Readonly<Record<string, string>>;
}

/** All engines and the intent at one moment, or nearly. */
export interface Observation {
  readonly containers: readonly EngineContainer[];
  readonly engineNetworks: readonly EngineNetwork[];
  readonly endpoints: readonly IntentEndpoint[];
  readonly networks: readonly IntentNetwork[];
}

export async function observe(cluster: Cluster): Promise<Observation> {
  const [engines, endpoints, networks] = await Promise.all([
    Promise.all(cluster.hosts.map(observeEngine)),
    cluster.center.sh("fairway endpoint ls -o json", { timeoutMs: 40_000 }),
    cluster.center.sh("fairway network ls -o json", { timeoutMs: 40_000 }),
  ]);
  return {
    containers: engines.flatMap(({ containers }) => containers),
    engineNetworks: engines.flatMap(({ networks }) => networks),
    endpoints: JSON.parse(endpoints),
    networks: JSON.parse(networks),
  };
}

interface Inspected {
  readonly Name: string;
  readonly State: { readonly Status: string; readonly Pid: number };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, InspectedAttachment>> };
}

interface InspectedAttachment {
  readonly NetworkID: string;
  readonly EndpointID: string;
  readonly IPAddress: string;
  readonly GlobalIPv6Address: string;
  readonly MacAddress: string;
}

interface InspectedNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Containers: Readonly<Record<string, { readonly EndpointID: string }>>;
}

async function observeEngine(
  host: Host,
): Promise<{ containers: EngineContainer[]; networks: EngineNetwork[] }> {
  const inspect = async <T>(what: string): Promise<readonly T[]> => {
    // One that goes meanwhile is no failure: the rest is printed.
    const { stdout } = await host.run(["sh", "-c", `docker ${what} || true`], { timeoutMs: 30_000 });
    return JSON.parse(stdout || "[]");
  };
  const [inspected, networks] = await Promise.all([
    inspect<Inspected>("inspect --type container $(docker ps --all --quiet)"),
    inspect<InspectedNetwork>("network inspect $(docker network ls --quiet --filter driver=fairway)"),
  ]);
  const ours = new Set(networks.flatMap(({ Id, Name }) => [Id, Name]));
  const live = new Set(
    networks.flatMap(({ Containers }) => Object.values(Containers).map(({ EndpointID }) => EndpointID)),
  );
  const containers = inspected.map(({ Name, State, NetworkSettings }) => ({
    host: host.name,
    name: Name.slice(1),
    status: State.Status,
    pid: State.Pid,
    attachments: Object.entries(NetworkSettings.Networks)
      .filter(([name, { NetworkID }]) => ours.has(NetworkID) || ours.has(name))
      // Docker goes on to show what it failed to connect, with an endpoint that it has removed itself.
      .filter(([, { EndpointID }]) => State.Status !== "running" || live.has(EndpointID))
      .map(([network, each]) => ({
        network,
        networkId: each.NetworkID,
        endpointId: each.EndpointID,
        addresses: [each.IPAddress, each.GlobalIPv6Address].filter(Boolean),
        mac: each.MacAddress,
      })),
  }));
  return { containers, networks: networks.map(({ Id, Name }) => ({ host: host.name, id: Id, name: Name })) };
}

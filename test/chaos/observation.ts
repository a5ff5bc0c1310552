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

async function observeEngine(
  host: Host,
): Promise<{ containers: EngineContainer[]; networks: EngineNetwork[] }> {
  const [inspected, listed] = await Promise.all([
    // One that goes meanwhile is no failure: the rest is printed.
    host.run(["sh", "-c", "docker inspect --type container $(docker ps --all --quiet) || true"], {
      timeoutMs: 30_000,
    }),
    host.run(
      [
        "docker",
        "network",
        "ls",
        "--no-trunc",
        "--filter",
        "driver=fairway",
        "--format",
        "{{.ID}} {{.Name}}",
      ],
      { timeoutMs: 30_000 },
    ),
  ]);
  const networks = listed.stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => ({ host: host.name, id: line.split(" ")[0] ?? "", name: line.split(" ")[1] ?? "" }));
  const ours = new Set(networks.flatMap(({ id, name }) => [id, name]));
  const containers = (JSON.parse(inspected.stdout || "[]") as readonly Inspected[]).map((container) => ({
    host: host.name,
    name: container.Name.slice(1),
    status: container.State.Status,
    pid: container.State.Pid,
    attachments: Object.entries(container.NetworkSettings.Networks)
      .filter(([name, { NetworkID }]) => ours.has(NetworkID) || ours.has(name))
      .map(([network, each]) => ({
        network,
        networkId: each.NetworkID,
        endpointId: each.EndpointID,
        addresses: [each.IPAddress, each.GlobalIPv6Address].filter(Boolean),
        mac: each.MacAddress,
      })),
  }));
  return { containers, networks };
}

import type { Command } from "commander";
import type { Endpoint } from "../../api/types.ts";
import type { Ask } from "../ask.ts";
import { block, type Field, health, list, pairs, shortId, table } from "../text.ts";

export function addEndpointCommands(program: Command, ask: Ask): void {
  const endpoint = program.command("endpoint").description("endpoints: where containers meet networks");
  endpoint
    .command("ls")
    .description("list the endpoints")
    .option("--network <network>", "only those on this network")
    .option("--host <host>", "only those on this host")
    .addHelpText("after", "\nExample:\n  fairway endpoint ls --network blue --host node-2")
    .action((filter: { network?: string; host?: string }) =>
      ask((client) => client.listEndpoints(filter), renderEndpoints),
    );
  endpoint
    .command("show")
    .argument("<endpoint>", "a container's name, an address, a UUID, or the start of an engine's id")
    .description("show an endpoint and how its container got it")
    .addHelpText("after", "\nExamples:\n  fairway endpoint show web\n  fairway endpoint show 10.1.0.7")
    .action((reference: string) => ask((client) => client.showEndpoint(reference), renderEndpoint));
}

function renderEndpoints(endpoints: readonly Endpoint[]): string {
  const rows = endpoints.map((endpoint) => [
    endpoint.engine?.containerName ?? endpoint.names[0] ?? "",
    shortId(endpoint.uuid),
    endpoint.network.name,
    list(endpoint.addresses),
    endpoint.mac,
    endpoint.host ?? "",
    health(endpoint.status),
  ]);
  return table(["CONTAINER", "ID", "NETWORK", "ADDRESSES", "MAC", "HOST", "STATUS"], rows);
}

function renderEndpoint(endpoint: Endpoint): string {
  const { engine } = endpoint;
  const handle: readonly (readonly Field[])[] =
    engine === null
      ? []
      : [
          [
            ["container", engine.containerName ?? ""],
            ["container id", engine.containerId ?? ""],
            ["endpoint id", engine.endpointId],
            ["network id", engine.networkId],
          ],
        ];
  return block([
    ["id", endpoint.uuid],
    ["status", health(endpoint.status)],
    ["network", `${endpoint.network.name} (${endpoint.network.uuid})`],
    ["host", endpoint.host ?? ""],
    ["ovn port", endpoint.uuid],
    ["mac", endpoint.mac],
    ["addresses", list(endpoint.addresses)],
    ["names", list(endpoint.names)],
    ["labels", pairs(endpoint.labels)],
    ["options", pairs(endpoint.options)],
    ["published", list(endpoint.published)],
    ["request", endpoint.request],
    ["engine", handle],
  ]);
}

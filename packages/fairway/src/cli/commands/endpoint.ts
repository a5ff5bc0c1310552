import type { Command } from "commander";
import type { Endpoint } from "../../center/schemas/endpoint.ts";
import type { Ask } from "../ask.ts";
import type { Paint } from "../paint.ts";
import { block, type Field, failuresFirst, healthCell, isIll, list, pairs, shortId, table } from "../text.ts";
import { portText } from "./port.ts";

/** Adds `fairway endpoint`. */
export function addEndpointCommands(program: Command, ask: Ask): void {
  const endpoint = program
    .command("endpoint")
    .alias("container")
    .description("show endpoints: the attachments of containers to networks");
  endpoint
    .command("ls")
    .description("list the endpoints")
    .option("--network <network>", "list only endpoints on this network")
    .option("--host <host>", "list only endpoints on this host")
    .addHelpText("after", "\nExample:\n  fairway endpoint ls --network blue --host node-2")
    .action((filter: { network?: string; host?: string }) =>
      ask((client) => client.listEndpoints(filter), renderEndpoints),
    );
  endpoint
    .command("show")
    .argument("<endpoint>", "a container's name, an address, a UUID, or the start of an engine's id")
    .description("show an endpoint with its addresses, its port in OVN and its container")
    .addHelpText("after", "\nExamples:\n  fairway endpoint show web\n  fairway endpoint show 10.1.0.7")
    .action((reference: string) => ask((client) => client.showEndpoint({ reference }), renderEndpoint));
}

function renderEndpoints(endpoints: readonly Endpoint[], paint: Paint): string {
  const rows = failuresFirst(endpoints, isIll).map((endpoint) => [
    endpoint.engine?.containerName ?? endpoint.names[0] ?? "",
    shortId(endpoint.uuid),
    endpoint.network.name,
    list(endpoint.addresses),
    endpoint.mac,
    endpoint.host ?? "",
    healthCell(endpoint.status),
  ]);
  return table(["CONTAINER", "ID", "NETWORK", "ADDRESSES", "MAC", "HOST", "STATUS"], rows, paint);
}

function renderEndpoint(endpoint: Endpoint, paint: Paint): string {
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
  const fields: readonly Field[] = [
    ["id", endpoint.uuid],
    ["status", healthCell(endpoint.status)],
    ["network", `${endpoint.network.name} (${endpoint.network.uuid})`],
    ["host", endpoint.host ?? ""],
    ["ovn port", endpoint.uuid],
    ["mac", endpoint.mac],
    ["addresses", list(endpoint.addresses)],
    ["names", list(endpoint.names)],
    ["labels", pairs(endpoint.labels)],
    ["options", pairs(endpoint.options)],
    ["published", list(endpoint.ports.map(portText))],
    ["request", endpoint.request],
    ["engine", handle],
  ];
  return block(fields, paint);
}

import type { Command } from "commander";
import type { Endpoint } from "../../center/schemas/endpoint.ts";
import type { Ask } from "../ask.ts";
import { levelFields } from "../level-flags.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import type { Paint } from "../paint.ts";
import { portText } from "../port-text.ts";
import { block, type Field, healthCell, isIll, list, pairs, shortId } from "../text.ts";

/** Adds `fairway endpoint`. */
export function addEndpointCommands(program: Command, ask: Ask, lists: ListCommands): void {
  const endpoint = program
    .command("endpoint")
    .alias("container")
    .description("show endpoints: the attachments of containers to networks");
  const ls = endpoint
    .command("ls")
    .description("list the endpoints")
    .option("--network <network>", "list only endpoints on this network")
    .option("--host <host>", "list only endpoints on this host")
    .option("--group <group>", "list only endpoints in this security group")
    .addHelpText("after", "\nExample:\n  fairway endpoint ls --network blue --host node-2");
  lists.add(ls, { lists: [endpoints], nouns: ["endpoint"] });
  endpoint
    .command("show")
    .argument("<endpoint>", "a container's name, an address, a UUID, or the start of an engine's id")
    .description("show an endpoint with its addresses, its port in OVN and its container")
    .addHelpText("after", "\nExamples:\n  fairway endpoint show web\n  fairway endpoint show 10.1.0.7")
    .action((reference: string) => ask((client) => client.showEndpoint({ reference }), renderEndpoint));
}

const endpoints = listOf<
  Endpoint,
  { readonly network?: string; readonly host?: string; readonly group?: string }
>(
  {
    columns: [
      { title: "CONTAINER", cell: ({ engine, names }) => engine?.containerName ?? names[0] ?? "" },
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "NETWORK", cell: ({ network }) => network.name },
      { title: "ADDRESSES", cell: ({ addresses }) => list(addresses) },
      { title: "MAC", cell: ({ mac }) => mac },
      { title: "HOST", cell: ({ host }) => host ?? "" },
      { title: "STATUS", cell: ({ status }) => healthCell(status) },
    ],
    // A container has an endpoint on each of its networks.
    name: ({ uuid }) => uuid,
    isWrong: isIll,
  },
  (client, { network, host, group }) =>
    Array.fromAsync(client.each("listEndpoints", { network, host, group })),
);

/** An endpoint with all that there is to it. */
export function renderEndpoint(endpoint: Endpoint, paint: Paint): string {
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
    ...levelFields(endpoint.network.name, endpoint.organization),
    ["host", endpoint.host ?? ""],
    ["ovn port", endpoint.uuid],
    ["mac", endpoint.mac],
    ["addresses", list(endpoint.addresses)],
    ["names", list(endpoint.names)],
    ["labels", pairs(endpoint.labels)],
    ["options", pairs(endpoint.options)],
    ["groups", list(endpoint.groups)],
    ["published", list(endpoint.ports.map(portText))],
    ["request", endpoint.request],
    ["engine", handle],
  ];
  return block(fields, paint);
}

import type { Command } from "commander";
import type { ApiClient } from "../../api/client.ts";
import type { Endpoint } from "../../center/schemas/endpoint.ts";
import { bareAddress } from "../../ip.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import { portText, socketText } from "../port-text.ts";
import { shortId } from "../text.ts";
import { logicalPorts } from "./logical-port.ts";

/** Which ports `fairway port ls` lists. */
interface PortFlags {
  readonly network?: string;
  readonly host?: string;
  readonly logical: boolean;
}

type ShownPort = Endpoint["ports"][number];

/** A published port with its host, network and container. */
interface ListedPort extends ShownPort {
  readonly host: string | null;
  readonly endpoint: string;
  readonly network: string;
  readonly container: string | null;
  readonly addresses: readonly string[];
}

/** Adds `fairway port`, and gives it to whoever adds more to it. */
export function addPortCommands(program: Command, lists: ListCommands): Command {
  const port = program
    .command("port")
    .description("show published ports; create and plug ports for what is no container");
  const ls = port
    .command("ls")
    .description("list the published ports of all hosts")
    .option("--network <network>", "list only ports of containers on this network")
    .option("--host <host>", "list only ports of this host")
    .option("--logical", "list the ports that `fairway port create` made instead", false)
    .addHelpText(
      "after",
      "\nExamples:\n  fairway port ls --host node-2 -o json\n  fairway port ls --logical --network blue",
    );
  lists.add<PortFlags>(ls, {
    lists: [publishedPorts, logicalPorts],
    choose: ({ logical }) => (logical ? logicalPorts : publishedPorts),
    nouns: ["endpoint"],
  });
  return port;
}

async function listPublished(
  client: ApiClient,
  { network, host }: PortFlags,
): Promise<readonly ListedPort[]> {
  const endpoints = await Array.fromAsync(client.each("listEndpoints", { network, host }));
  return endpoints
    .flatMap(({ uuid, host, network, engine, addresses, ports }) =>
      ports.map((port) => ({
        ...port,
        host,
        endpoint: uuid,
        network: network.name,
        container: engine?.containerName ?? null,
        addresses: addresses.map(bareAddress),
      })),
    )
    .sort(
      (one, other) =>
        (one.host ?? "").localeCompare(other.host ?? "") ||
        one.hostPort - other.hostPort ||
        one.protocol.localeCompare(other.protocol),
    );
}

const publishedPorts = listOf<ListedPort, PortFlags>(
  {
    columns: [
      { title: "HOST", cell: ({ host }) => host ?? "" },
      { title: "PORT", cell: portText },
      { title: "CONTAINER", cell: ({ container, endpoint }) => container ?? shortId(endpoint) },
      { title: "NETWORK", cell: ({ network }) => network },
      {
        title: "LEADS TO",
        cell: ({ addresses, port }) => addresses.map((address) => socketText(address, port)).join(", "),
      },
    ],
    name: ({ hostAddress, host, hostPort, protocol }) =>
      `${socketText(hostAddress ?? host ?? "*", hostPort)}/${protocol}`,
  },
  listPublished,
);

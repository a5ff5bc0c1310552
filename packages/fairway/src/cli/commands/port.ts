import type { Command } from "commander";
import type { ApiClient } from "../../api/client.ts";
import type { PublishedPort } from "../../center/schemas/endpoint.ts";
import { bareAddress } from "../../ip.ts";
import type { Ask } from "../ask.ts";
import { shortId, table } from "../text.ts";
import { renderLogicalPorts } from "./logical-port.ts";

/** A published port with its host, network and container. */
interface ListedPort extends PublishedPort {
  readonly host: string | null;
  readonly endpoint: string;
  readonly network: string;
  readonly container: string | null;
  readonly addresses: readonly string[];
}

/** Adds `fairway port`, and gives it to whoever adds more to it. */
export function addPortCommands(program: Command, ask: Ask): Command {
  const port = program
    .command("port")
    .description("show published ports; create and plug ports for what is no container");
  port
    .command("ls")
    .description("list the published ports of all hosts")
    .option("--network <network>", "list only ports of containers on this network")
    .option("--host <host>", "list only ports of this host")
    .option("--logical", "list the ports that `fairway port create` made instead", false)
    .addHelpText(
      "after",
      "\nExamples:\n  fairway port ls --host node-2 -o json\n  fairway port ls --logical --network blue",
    )
    .action(({ logical, ...filter }: { network?: string; host?: string; logical: boolean }) =>
      logical
        ? ask((client) => client.listPorts(filter), renderLogicalPorts)
        : ask((client) => listPublished(client, filter), renderPorts),
    );
  return port;
}

async function listPublished(
  client: Pick<ApiClient, "listEndpoints">,
  filter: { network?: string; host?: string },
): Promise<readonly ListedPort[]> {
  const endpoints = await client.listEndpoints(filter);
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

function renderPorts(ports: readonly ListedPort[]): string {
  const rows = ports.map((each) => [
    each.host ?? "",
    portText(each),
    each.container ?? shortId(each.endpoint),
    each.network,
    each.addresses.map((address) => socketText(address, each.port)).join(", "),
  ]);
  return table(["HOST", "PORT", "CONTAINER", "NETWORK", "LEADS TO"], rows);
}

/** A published port by its place on the host, e.g. `*:8080/tcp`. */
export function portText({ hostAddress, hostPort, protocol }: PublishedPort): string {
  return `${socketText(hostAddress ?? "*", hostPort)}/${protocol}`;
}

function socketText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

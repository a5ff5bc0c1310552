import type { Command } from "commander";
import type { ApiClient } from "../../api/client.ts";
import type { PublishedPort } from "../../api/types.ts";
import { bareAddress } from "../../ip.ts";
import type { Ask } from "../ask.ts";
import { shortId, table } from "../text.ts";

/** A published port with those whom it concerns. */
interface ListedPort extends PublishedPort {
  readonly host: string | null;
  readonly endpoint: string;
  readonly network: string;
  readonly container: string | null;
  readonly addresses: readonly string[];
}

export function addPortCommands(program: Command, ask: Ask): void {
  const port = program.command("port").description("ports of hosts that lead to containers");
  port
    .command("ls")
    .description("list the published ports")
    .option("--network <network>", "only those that lead into this network")
    .option("--host <host>", "only those of this host")
    .addHelpText("after", "\nExample:\n  fairway port ls --host node-2 -o json")
    .action((filter: { network?: string; host?: string }) =>
      ask((client) => listPorts(client, filter), renderPorts),
    );
}

async function listPorts(
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
    `${socketText(each.hostAddress ?? "*", each.hostPort)}/${each.protocol}`,
    each.container ?? shortId(each.endpoint),
    each.network,
    each.addresses.map((address) => socketText(address, each.port)).join(", "),
  ]);
  return table(["HOST", "PORT", "CONTAINER", "NETWORK", "LEADS TO"], rows);
}

function socketText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

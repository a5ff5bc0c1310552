import type { Command } from "commander";
import type { Host } from "../../api/types.ts";
import type { Ask } from "../ask.ts";
import { block, pairs, table } from "../text.ts";

export function addHostCommands(program: Command, ask: Ask): void {
  const host = program.command("host").description("the machines of the cluster");
  host
    .command("ls")
    .description("list the hosts")
    .action(() => ask((client) => client.listHosts(), renderHosts));
  host
    .command("show")
    .argument("<host>", "its name")
    .description("show a host and what runs there")
    .action((name: string) => ask((client) => client.showHost(name), renderHost));
}

function renderHosts(hosts: readonly Host[]): string {
  const rows = hosts.map(({ name, state, tunnelAddress, endpoints, versions }) => [
    name,
    state,
    tunnelAddress ?? "",
    String(endpoints),
    pairs(versions),
  ]);
  return table(["NAME", "STATE", "TUNNEL", "ENDPOINTS", "VERSIONS"], rows);
}

function renderHost({
  name,
  uuid,
  state,
  systemId,
  tunnelAddress,
  underlayMtu,
  endpoints,
  versions,
}: Host): string {
  return block([
    ["name", name],
    ["id", uuid],
    ["state", state],
    ["system id", systemId],
    ["tunnel", `${tunnelAddress ?? ""}${underlayMtu === null ? "" : ` (MTU ${underlayMtu})`}`],
    ["endpoints", String(endpoints)],
    ["versions", pairs(versions)],
  ]);
}

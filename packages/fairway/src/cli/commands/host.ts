import type { Command } from "commander";
import type { Host } from "../../api/types.ts";
import type { Ask } from "../ask.ts";
import { block, pairs, since, table } from "../text.ts";

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
  host
    .command("rm")
    .argument("<host>", "its name")
    .description("take a host out of the cluster")
    .option("--dead", "it is gone for good: what it had goes with it", false)
    .addHelpText(
      "after",
      "\nA host that runs leaves by itself when its containers are gone. What a dead one had can be used again at once.\n\n" +
        "Examples:\n  fairway host rm node-3\n  fairway host rm node-3 --dead",
    )
    .action((name: string, removal: { dead: boolean }) =>
      ask(
        async (client) => {
          const { uuid } = await client.showHost(name);
          await client.removeHost(name, removal);
          return { uuid, name };
        },
        () => `host ${name} is out of the cluster`,
      ),
    );
}

function renderHosts(hosts: readonly Host[]): string {
  const rows = hosts.map(({ name, state, stateSince, lastHeard, tunnelAddress, endpoints, versions }) => [
    name,
    state === "down" && stateSince !== null ? `down for ${since(stateSince)}` : state,
    lastHeard === null ? "" : `${since(lastHeard)} ago`,
    tunnelAddress ?? "",
    String(endpoints),
    pairs(versions),
  ]);
  return table(["NAME", "STATE", "LAST HEARD", "TUNNEL", "ENDPOINTS", "VERSIONS"], rows);
}

function renderHost({
  name,
  uuid,
  state,
  stateSince,
  lastHeard,
  systemId,
  tunnelAddress,
  underlayMtu,
  endpoints,
  versions,
}: Host): string {
  return block([
    ["name", name],
    ["id", uuid],
    ["state", stateSince === null ? state : `${state} since ${stateSince}`],
    ["last heard", lastHeard ?? ""],
    ["system id", systemId],
    ["tunnel", `${tunnelAddress ?? ""}${underlayMtu === null ? "" : ` (MTU ${underlayMtu})`}`],
    ["endpoints", String(endpoints)],
    ["versions", pairs(versions)],
  ]);
}

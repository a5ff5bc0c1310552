import type { Command } from "commander";
import type { Network } from "../../api/types.ts";
import type { Ask } from "../ask.ts";
import { block, health, list, pairs, shortId, table } from "../text.ts";

export function addNetworkCommands(program: Command, ask: Ask): void {
  const network = program.command("network").description("networks, wherever they were made");
  network
    .command("ls")
    .description("list the networks")
    .action(() => ask((client) => client.listNetworks(), renderNetworks));
  network
    .command("show")
    .argument("<network>", "a name, name@host, a UUID, or the start of an engine's id")
    .description("show a network with its subnets and the engines that know it")
    .addHelpText(
      "after",
      "\nExamples:\n  fairway network show blue\n  fairway network show blue@node-2 -o json",
    )
    .action((reference: string) => ask((client) => client.showNetwork(reference), renderNetwork));
  network
    .command("rm")
    .argument("<network>", "a name, name@host, a UUID, or the start of an engine's id")
    .description("remove a network from every engine, once none has a container on it")
    .addHelpText(
      "after",
      "\nUntil then it goes on; its status says who still uses it.\n\nExample:\n  fairway network rm blue",
    )
    .action((reference: string) => ask((client) => client.removeNetwork(reference), renderRemoval));
}

function renderNetworks(networks: readonly Network[]): string {
  const rows = networks.map((network) => [
    network.name,
    shortId(network.uuid),
    network.mode,
    network.scope,
    list(network.subnets.map(({ cidr }) => cidr)),
    String(network.endpoints),
    health(network.status),
  ]);
  return table(["NAME", "ID", "MODE", "SCOPE", "SUBNETS", "ENDPOINTS", "STATUS"], rows);
}

function renderNetwork(network: Network): string {
  const { asked, effective } = network.mtu;
  const host = network.originHost === null ? "" : ` on ${network.originHost}`;
  return block([
    ["name", network.name],
    ["id", network.uuid],
    ["status", health(network.status)],
    ["mode", network.internal ? `${network.mode}, internal` : network.mode],
    ["mtu", asked === null || asked === effective ? String(effective) : `${effective} (asked: ${asked})`],
    ["scope", network.scope],
    ["origin", `${network.origin}${host}`],
    ["options", pairs(network.options)],
    ["labels", pairs(network.labels)],
    ["endpoints", String(network.endpoints)],
    ["hosts", reach(network)],
    [
      "subnets",
      network.subnets.map((subnet) => [
        ["cidr", subnet.cidr],
        ["id", subnet.uuid],
        ["gateway", subnet.gateway ?? ""],
        ["ranges", list(subnet.ranges)],
        ["used", subnet.used === 1 ? "1 address" : `${subnet.used} addresses`],
        ["options", pairs(subnet.options)],
      ]),
    ],
    [
      "engines",
      network.engines.map(({ host, engineId, name, handle }) => [
        ["host", host],
        ["id", engineId],
        ["name", name ?? ""],
        ["handle", handle],
      ]),
    ],
  ]);
}

function renderRemoval({ name, status }: Network): string {
  return `${name}: ${status["removal"] ?? "being removed"}`;
}

/** Which of its containers hosts reach. */
function reach({ hostReach }: Network): string {
  if (hostReach === null) return "do not reach it";
  const { cidrs, overlaps } = hostReach;
  return [
    ...cidrs.map((cidr) => `reach ${cidr} on all hosts`),
    ...overlaps.map(
      ({ cidr, network }) => `reach ${cidr} on themselves alone: network ${network} has these addresses, too`,
    ),
  ].join("; ");
}

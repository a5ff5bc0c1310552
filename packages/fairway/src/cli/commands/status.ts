import type { Command } from "commander";
import type { Status } from "../../api/types.ts";
import type { Ask } from "../ask.ts";
import { block } from "../text.ts";

export function addStatusCommand(program: Command, ask: Ask): void {
  program
    .command("status")
    .description("say which version runs, who leads, and whether all is well")
    .action(() => ask((client) => client.status(), renderStatus));
}

function renderStatus({ version, ovn, leader, stores, counts, pending }: Status): string {
  const where = leader.self ? " (this machine)" : "";
  return block([
    ["version", version],
    ["ovn", ovn ?? "not known yet"],
    ["leader", `${leader.name}${where}, epoch ${leader.epoch}`],
    ["intent", stores.intent],
    ["northbound", stores.northbound],
    ["pending", String(pending)],
    ["hosts", String(counts.hosts)],
    ["networks", String(counts.networks)],
    ["endpoints", String(counts.endpoints)],
    ["addresses", String(counts.addresses)],
  ]);
}

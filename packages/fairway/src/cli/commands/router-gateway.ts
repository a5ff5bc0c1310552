import type { Command } from "commander";
import type { Router, RouterPatch } from "../../center/schemas/router.ts";
import { FairwayError } from "../../errors.ts";
import { type Ask, bounds } from "../ask.ts";
import { withDryRun } from "../dry-run.ts";
import type { Paint } from "../paint.ts";
import { type Field, list } from "../text.ts";
import { collect } from "./subnet-flags.ts";

interface SetFlags {
  readonly host?: readonly string[];
  readonly address?: readonly string[];
  readonly snat: boolean;
  readonly dryRun: boolean;
}

type Dry = Pick<SetFlags, "dryRun">;

/** Adds `fairway router gateway`. @param render shows a router. */
export function addGatewayCommands(
  router: Command,
  ask: Ask,
  render: (router: Router, paint: Paint) => string,
): void {
  const gateway = router
    .command("gateway")
    .description("let what a virtual router's networks send to the world leave by chosen hosts");
  const change = (reference: string, gateway: RouterPatch["gateway"], { dryRun }: Dry) =>
    ask(
      (client) => client.updateRouter({ router: reference, "dry-run": dryRun }, { gateway }),
      render,
      bounds.change,
    );
  gateway
    .command("set")
    .argument("<router>", "its name or UUID")
    .argument("<network>", "the external network: a VLAN or flat network, whose gateway leads on")
    .description("lead what the networks of a virtual router send to the world to an external network")
    .option(
      "--host <host>",
      "a host that may be the way out; may be repeated, the first is preferred",
      collect,
    )
    .option(
      "--address <address>",
      "the router's address on the external network, the lowest free one otherwise; once for each family",
      collect,
    )
    .option("--snat", "give what leaves the router's address (the default)", true)
    .option("--no-snat", "leave addresses as they are; the external network must know the way back")
    .option("--dry-run", "say what would be, and change nothing", false)
    .addHelpText(
      "after",
      "\nIf a host cannot be the way out any more, the next one is.\n\nExamples:\n" +
        "  fairway router gateway set office lan --host h1 --host h2\n" +
        "  fairway router gateway set office lan --host h1 --address 192.168.1.254 --no-snat",
    )
    .action((reference: string, network: string, flags: SetFlags) => {
      const { host: hosts = [], address: addresses = [], snat } = flags;
      if (hosts.length === 0)
        throw new FairwayError("invalid", "--host is missing: name the hosts that may be the way out");
      return change(reference, { network, hosts: [...hosts], addresses: [...addresses], snat }, flags);
    });
  withDryRun(
    gateway
      .command("clear")
      .argument("<router>", "its name or UUID")
      .description("let what the networks of a virtual router send leave by each host again"),
    "fairway router gateway clear office",
  ).action((reference: string, flags: Dry) => change(reference, null, flags));
}

/** What is shown of a router's gateway; nothing of a router that has none. */
export function gatewayFields({ gateway }: Router): readonly Field[] {
  if (gateway === null) return [];
  const { network, addresses, snat, hosts, active } = gateway;
  const shown: readonly Field[] = [
    ["network", network.name],
    ["addresses", list(addresses)],
    ["snat", snat ? "yes" : "no"],
    ["hosts", list(hosts.map(({ name, trouble }) => (trouble === null ? name : `${name} (${trouble})`)))],
    ["active", active ?? ""],
  ];
  return [["gateway", [shown]]];
}

/** A router's gateway in one cell: where it leaves, and by which host at the moment. */
export function gatewayCell({ gateway }: Router): string {
  if (gateway === null) return "";
  return gateway.active === null ? gateway.network.name : `${gateway.network.name} by ${gateway.active}`;
}

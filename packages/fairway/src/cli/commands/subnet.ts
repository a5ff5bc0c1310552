import type { Command } from "commander";
import type { Subnet } from "../../center/schemas/network.ts";
import { type Ask, bounds } from "../ask.ts";
import { addYes, type Confirm } from "../confirm.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import type { Paint } from "../paint.ts";
import { block, list, shortId } from "../text.ts";
import { subnetFields } from "./network-text.ts";
import { addMoreSubnetFlags, addSubnetFlags, flaggedSubnets, type SubnetFlags } from "./subnet-flags.ts";

interface AddFlags extends SubnetFlags {
  readonly ipv6: boolean;
  readonly id?: string;
  readonly dryRun: boolean;
}

/** Adds `fairway subnet`. */
export function addSubnetCommands(program: Command, ask: Ask, confirm: Confirm, lists: ListCommands): void {
  const subnet = program.command("subnet").description("show, add and remove subnets of networks");
  const ls = subnet
    .command("ls")
    .description("list the subnets of all networks")
    .option("--network <network>", "list only subnets of this network")
    .addHelpText("after", "\nExample:\n  fairway subnet ls --network blue");
  lists.add(ls, { lists: [subnets], nouns: ["subnet", "network", "address"] });
  const add = subnet
    .command("add")
    .argument("<network>", "a network's name or UUID")
    .argument("[cidr]", "the subnet; a free one otherwise")
    .description("give a network another subnet while its containers run");
  addMoreSubnetFlags(addSubnetFlags(add))
    .option("--ipv6", "a free subnet of IPv6, if none is named", false)
    .option("--id <uuid>", "a UUID of your own: the same command may be run again")
    .option("--dry-run", "say what would be, and change nothing", false)
    .addHelpText(
      "after",
      "\nExamples:\n  fairway subnet add blue 10.2.0.0/24\n  fairway subnet add blue fd00:2::/64 --aux-address fd00:2::9",
    )
    .action((network: string, cidr: string | undefined, flags: AddFlags) =>
      ask(
        (client) => client.createSubnet({ "dry-run": flags.dryRun }, newSubnet(network, cidr, flags)),
        renderSubnet,
        bounds.change,
      ),
    );
  const rm = subnet
    .command("rm")
    .argument("<subnet>", "a UUID or the start of one, a CIDR, or CIDR@NETWORK")
    .description("take a subnet from its network; no container may use it")
    .option("--dry-run", "say what would be, and change nothing", false)
    .addHelpText(
      "after",
      "\nExamples:\n  fairway subnet rm 10.2.0.0/24\n  fairway subnet rm fd00:2::/64@blue",
    )
    .action(
      async (reference: string, { yes, dryRun }: { readonly yes?: boolean; readonly dryRun: boolean }) => {
        if (!dryRun) await confirm(`Subnet ${reference} goes from its network.`, yes);
        await ask(
          (client) => client.removeSubnet({ reference, "dry-run": dryRun }),
          ({ cidr, network }) =>
            `${cidr}: ${dryRun ? "would be" : "is"} no subnet of ${network.name} any more`,
          bounds.change,
        );
      },
    );
  addYes(rm);
}

function newSubnet(network: string, cidr: string | undefined, { ipv6, id, ...flags }: AddFlags) {
  const [named] = cidr === undefined ? [] : flaggedSubnets([cidr], flags);
  return {
    network,
    ...(named ?? { family: ipv6 ? (6 as const) : (4 as const), ...(flags.dns && { dns: [...flags.dns] }) }),
    ...(id !== undefined && { id }),
  };
}

const subnets = listOf<Subnet, { readonly network?: string }>(
  {
    columns: [
      { title: "CIDR", cell: ({ cidr }) => cidr },
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "NETWORK", cell: ({ network }) => network.name },
      { title: "GATEWAY", cell: ({ gateway }) => gateway ?? "" },
      { title: "RANGES", cell: ({ ranges }) => list(ranges) },
      { title: "USED", cell: ({ used }) => String(used) },
    ],
    name: ({ cidr, network }) => `${cidr}@${network.name}`,
  },
  (client, { network }) => Array.fromAsync(client.each("listSubnets", { network })),
);

function renderSubnet(subnet: Subnet, paint: Paint): string {
  return block(
    [["network", subnet.network.name], ["revision", subnet.revision], ...subnetFields(subnet)],
    paint,
  );
}

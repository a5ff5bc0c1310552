import type { Command } from "commander";
import type { Network } from "../../center/schemas/network.ts";
import { type Ask, bounds } from "../ask.ts";
import { addYes, type Confirm } from "../confirm.ts";
import { addLevelFlags, type LevelFlags, namesIn } from "../level-flags.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import { healthCell, isIll, list, shortId } from "../text.ts";
import { addNetworkChanges } from "./network-changes.ts";
import { renderNetwork } from "./network-text.ts";

/** Which networks `fairway network ls` lists. */
interface NetworkFilter extends LevelFlags {
  readonly name?: string;
  readonly label?: string;
  readonly mode?: Network["mode"];
  readonly origin?: "docker" | "api";
}

const networkArgument = ["<network>", "a name, name@host, a UUID, or the start of an engine's id"] as const;

/** Adds `fairway network`. */
export function addNetworkCommands(program: Command, ask: Ask, confirm: Confirm, lists: ListCommands): void {
  const network = program.command("network").description("show, make, change, keep and remove networks");
  const ls = addLevelFlags(network.command("ls"), "zone")
    .description("list the networks of all hosts")
    .option("--name <name>", "list only networks of this name; * stands for any letters")
    .option("--label <label>", "list only networks with this label: team, or team=web")
    .option("--mode <mode>", "list only networks of this mode: nat, isolated, routed or flat")
    .option("--origin <origin>", "list only networks that engines made (docker), or nobody's engine (api)")
    .addHelpText(
      "after",
      "\nExamples:\n  fairway network ls --label team=web --name 'shop-*'\n  fairway network ls --sort endpoints --watch\n" +
        "  fairway network ls --origin api -o name",
    );
  lists.add(ls, { lists: [networks], nouns: ["network", "subnet", "endpoint"] });
  network
    .command("show")
    .argument(...networkArgument)
    .description("show a network with its subnets and the engines that have it")
    .addHelpText(
      "after",
      "\nExamples:\n  fairway network show blue\n  fairway network show blue@node-2 -o json",
    )
    .action((reference: string) => ask((client) => client.showNetwork({ reference }), renderNetwork));
  addNetworkChanges(network, ask);
  network
    .command("keep")
    .argument(...networkArgument)
    .description("cancel a removal that waits until no container uses the network")
    .addHelpText(
      "after",
      "\nEngines that have removed their network of that name already get it back.\n\nExample:\n  fairway network keep blue",
    )
    .action((reference: string) =>
      ask(
        (client) => client.keepNetwork({ reference }),
        ({ name }) => `${name}: stays`,
        bounds.change,
      ),
    );
  const rm = network
    .command("rm")
    .argument(...networkArgument)
    .description("remove a network from every engine, as soon as no container uses it")
    .option("--dry-run", "say what would be, and change nothing", false)
    .addHelpText(
      "after",
      "\nUntil then the network works, and its status names the containers that use it.\n\nExample:\n  fairway network rm blue",
    )
    .action(
      async (reference: string, { yes, dryRun }: { readonly yes?: boolean; readonly dryRun: boolean }) => {
        if (!dryRun)
          await confirm(`Network ${reference} goes from every engine as soon as no container uses it.`, yes);
        await ask(
          (client) => client.removeNetwork({ reference, "dry-run": dryRun }),
          renderRemoval,
          bounds.change,
        );
      },
    );
  addYes(rm);
}

const networks = listOf<Network, NetworkFilter>(
  {
    columns: [
      { title: "NAME", cell: nameText },
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "MODE", cell: ({ mode }) => mode },
      { title: "SCOPE", cell: ({ scope }) => scope },
      { title: "SUBNETS", cell: ({ subnets }) => list(subnets.map(({ cidr }) => cidr)) },
      { title: "ENDPOINTS", cell: ({ endpoints }) => String(endpoints) },
      { title: "STATUS", cell: ({ status }) => healthCell(status) },
    ],
    name: ({ name }) => name,
    isWrong: isIll,
  },
  (client, { name, label, mode, origin, ...flags }) =>
    Array.fromAsync(client.each("listNetworks", { name: namesIn(flags, name), label, mode, origin })),
);

/** A network's name, and behind it in brackets what people call it. */
function nameText({ name, displayName }: Pick<Network, "name" | "displayName">): string {
  return displayName === null ? name : `${name} (${displayName})`;
}

function renderRemoval({ name, status }: Network): string {
  return `${name}: ${status["removal"] ?? "being removed"}`;
}

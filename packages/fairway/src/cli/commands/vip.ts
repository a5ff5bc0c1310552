import type { Command } from "commander";
import type { Vip } from "../../center/schemas/vip.ts";
import { type Ask, bounds } from "../ask.ts";
import { withDryRun } from "../dry-run.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import type { Paint } from "../paint.ts";
import { block, healthCell, isIll, list, pairs, shortId } from "../text.ts";
import { goneText } from "./level-commands.ts";
import { collect, mapOfFlags, mapPatch } from "./subnet-flags.ts";

interface CreateFlags {
  readonly network: string;
  readonly members?: string;
  readonly label?: readonly string[];
  readonly dryRun: boolean;
}

interface UpdateFlags extends Omit<CreateFlags, "network"> {
  readonly labelRm?: readonly string[];
}

/** Adds `fairway vip`. */
export function addVipCommands(program: Command, ask: Ask, lists: ListCommands): void {
  const vip = program
    .command("vip")
    .description("make and change addresses that containers and ports have in turn");
  lists.add(
    vip
      .command("ls")
      .description("list the VIPs")
      .option("--network <network>", "list only those on this network")
      .option("--label <label>", "list only those with this label: team, or team=web")
      .addHelpText("after", "\nExample:\n  fairway vip ls --network blue"),
    { lists: [vips], nouns: ["vip", "endpoint"] },
  );
  named(vip.command("show").description("show a VIP"))
    .addHelpText("after", "\nExample:\n  fairway vip show 10.1.0.100@blue")
    .action((reference: string) => ask((client) => client.showVip({ vip: reference }), vipText));
  withDryRun(
    vip
      .command("create")
      .argument("<address>", "an address of the network that nobody has")
      .description("make an address that its members have in turn: whoever of them announces it")
      .requiredOption("--network <network>", "a name, name@host, or a UUID")
      .option("--members <names>", "containers and ports on the network, e.g. web1,web2")
      .option("--label <key=value>", "a label", collect),
    "fairway vip create 10.1.0.100 --network blue --members web1,web2",
  ).action((ip: string, { network, members, label, dryRun }: CreateFlags) =>
    ask(
      (client) =>
        client.createVip(
          { "dry-run": dryRun },
          { network, ip, members: namesOf(members ?? ""), labels: mapOfFlags(label) },
        ),
      vipText,
      bounds.change,
    ),
  );
  withDryRun(
    named(
      vip
        .command("update")
        .description("change who has a VIP, and its labels")
        .option("--members <names>", 'all of them, e.g. web1,web3; "" for none')
        .option("--label <key=value>", "a label", collect)
        .option("--label-rm <key>", "take a label", collect),
    ),
    "fairway vip update 10.1.0.100 --members web1,web3",
  ).action((reference: string, { members, label, labelRm, dryRun }: UpdateFlags) =>
    ask(
      (client) =>
        client.updateVip(
          { vip: reference, "dry-run": dryRun },
          {
            ...(members !== undefined && { members: namesOf(members) }),
            ...mapPatch("labels", label, labelRm),
          },
        ),
      vipText,
      bounds.change,
    ),
  );
  withDryRun(
    named(vip.command("rm").description("remove a VIP; its members send from it no more")),
    "fairway vip rm 10.1.0.100",
  ).action((reference: string, { dryRun }: Pick<CreateFlags, "dryRun">) =>
    ask(
      (client) => client.removeVip({ vip: reference, "dry-run": dryRun }),
      ({ ip }) => goneText(`VIP ${ip}`, dryRun),
      bounds.change,
    ),
  );
}

function named(command: Command): Command {
  return command.argument("<vip>", "the address, ADDRESS@NETWORK, or a UUID");
}

function namesOf(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** A VIP as commands that change it print it. */
function vipText(
  { ip, uuid, network, members, revision, status, labels, options }: Vip,
  paint: Paint,
): string {
  return block(
    [
      ["address", ip],
      ["id", uuid],
      ["revision", revision],
      ["status", healthCell(status)],
      ["labels", pairs(labels)],
      ["options", pairs(options)],
      ["network", network.name],
      ["members", list(members)],
    ],
    paint,
  );
}

const vips = listOf<Vip, { readonly network?: string; readonly label?: string }>(
  {
    columns: [
      { title: "ADDRESS", cell: ({ ip }) => ip },
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "NETWORK", cell: ({ network }) => network.name },
      { title: "MEMBERS", cell: ({ members }) => list(members) },
      { title: "STATUS", cell: ({ status }) => healthCell(status) },
    ],
    name: ({ ip, network }) => `${ip}@${network.name}`,
    isWrong: isIll,
  },
  (client, { network, label }) => Array.fromAsync(client.each("listVips", { network, label })),
);

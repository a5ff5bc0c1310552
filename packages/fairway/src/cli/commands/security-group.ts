import { type Command, Option } from "commander";
import type { SecurityGroup } from "../../center/schemas/security-group.ts";
import { type Ask, bounds } from "../ask.ts";
import { withDryRun } from "../dry-run.ts";
import { addLevelFlags, fullName, type LevelFlags, namesIn } from "../level-flags.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import { groupText, groupWithMembersText } from "../security-group-text.ts";
import { healthCell, isIll, shortId } from "../text.ts";
import { type CreateFlags, type DryFlags, type Filter, filtered, goneText } from "./level-commands.ts";
import { addRuleCommands, type RuledNoun } from "./rules.ts";
import { collect, mapOfFlags, mapPatch } from "./subnet-flags.ts";

const ruled: RuledNoun<SecurityGroup> = {
  word: "group",
  noun: "security-group",
  descriptions: {
    rule: "say what members of a security group get and send",
    add: "allow, deny (which is reject) or drop what members get or send; what denies counts more",
  },
  examples: [
    ["web", "allow", "ingress tcp 80,443 from any"],
    ["db", "allow", "ingress tcp 5432 from group web"],
    ["db", "deny", "egress any to 192.0.2.0/24"],
    ["agents", "allow", "egress tcp 443 to '*.debian.org'"],
  ],
  text: groupText,
  show: (client, group) => client.showSecurityGroup({ group }),
  change: (client, group, rules, dryRun) =>
    client.updateSecurityGroup({ group, "dry-run": dryRun }, { rules: { ...rules } }),
};

/** Adds `fairway group`. */
export function addSecurityGroupCommands(program: Command, ask: Ask, lists: ListCommands): void {
  const group = program
    .command("group")
    .description("make and change security groups, whose rules say what their members get and send");
  lists.add(addLevelFlags(filtered(group, "list the security groups"), "organization"), {
    lists: [groups],
    nouns: ["security-group", "endpoint"],
  });
  ofGroup(group.command("show").description("show a security group with its rules and its members")).action(
    (name: string, flags: LevelFlags) =>
      ask(async (client) => {
        const shown = await client.showSecurityGroup({ group: fullName(name, flags) });
        return {
          ...shown,
          endpoints: await Array.fromAsync(client.each("listEndpoints", { group: shown.uuid })),
        };
      }, groupWithMembersText),
  );
  withDryRun(
    addLevelFlags(
      group
        .command("create")
        .argument("<group>", "what it is called")
        .description("make a security group; what its members get is dropped until rules allow it")
        .option("--joinable-by-label", "let in containers whose label fairway.groups names it")
        .option("--label <key=value>", "a label", collect),
      "organization",
    ),
    "fairway group create web\n  fairway group create web --joinable-by-label",
  ).action(
    (
      name: string,
      {
        joinableByLabel = false,
        label,
        dryRun,
        ...flags
      }: CreateFlags & { readonly joinableByLabel?: boolean },
    ) =>
      ask(
        (client) =>
          client.putSecurityGroup(
            { group: fullName(name, flags), "dry-run": dryRun },
            { joinableByLabel, labels: mapOfFlags(label) },
          ),
        groupText,
        bounds.change,
      ),
  );
  addUpdate(group, ask);
  withDryRun(
    ofGroup(group.command("rm").description("remove a security group in which nobody is")),
    "fairway group rm web",
  ).action((name: string, { dryRun, ...flags }: DryFlags) =>
    ask(
      (client) => client.removeSecurityGroup({ group: fullName(name, flags), "dry-run": dryRun }),
      (gone) => goneText(`group ${gone.name}`, dryRun),
      bounds.change,
    ),
  );
  addMembers(group, ask);
  addRuleCommands(group, ask, lists, ruled);
}

function addUpdate(group: Command, ask: Ask): void {
  withDryRun(
    ofGroup(
      group
        .command("update")
        .description("change whether labels let containers in, and a group's labels")
        .addOption(
          new Option(
            "--joinable-by-label <yes>",
            "whether containers are in it whose label names it",
          ).choices(["true", "false"]),
        )
        .option("--label <key=value>", "a label", collect)
        .option("--label-rm <key>", "take a label", collect),
    ),
    "fairway group update web --joinable-by-label true",
  ).action(
    (
      name: string,
      {
        joinableByLabel,
        label,
        labelRm,
        dryRun,
        ...flags
      }: CreateFlags & {
        readonly joinableByLabel?: "true" | "false";
        readonly labelRm?: readonly string[];
      },
    ) =>
      ask(
        (client) =>
          client.updateSecurityGroup(
            { group: fullName(name, flags), "dry-run": dryRun },
            {
              ...(joinableByLabel !== undefined && { joinableByLabel: joinableByLabel === "true" }),
              ...mapPatch("labels", label, labelRm),
            },
          ),
        groupText,
        bounds.change,
      ),
  );
}

interface MemberFlags extends DryFlags {
  readonly network?: string;
}

function addMembers(group: Command, ask: Ask): void {
  const member = (command: Command) =>
    ofGroup(command)
      .argument("<member>", "a container or port: its name, an address, or an id")
      .option("--network <network>", "on this network alone, and not on all of its");
  withDryRun(
    member(
      group.command("add").description("put a container or port into a security group, while it goes on"),
    ),
    "fairway group add web shop",
  ).action((name: string, of: string, { dryRun, network, ...flags }: MemberFlags) =>
    ask(
      (client) =>
        client.joinSecurityGroup({ group: fullName(name, flags), member: of, network, "dry-run": dryRun }),
      groupText,
      bounds.change,
    ),
  );
  withDryRun(
    member(
      group
        .command("remove")
        .description("take a container or port from a security group; in none, nothing is filtered"),
    ),
    "fairway group remove web shop",
  ).action((name: string, of: string, { dryRun, network, ...flags }: MemberFlags) =>
    ask(
      (client) =>
        client.leaveSecurityGroup({ group: fullName(name, flags), member: of, network, "dry-run": dryRun }),
      groupText,
      bounds.change,
    ),
  );
}

function ofGroup(command: Command): Command {
  return addLevelFlags(command.argument("<group>", "its name, or a UUID"), "organization");
}

const groups = listOf<SecurityGroup, Filter>(
  {
    columns: [
      { title: "NAME", cell: ({ name }) => name },
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "MEMBERS", cell: ({ members }) => String(members), order: ({ members }) => members },
      { title: "RULES", cell: ({ rules }) => String(Object.keys(rules).length) },
      { title: "BY LABEL", cell: ({ joinableByLabel }) => (joinableByLabel ? "yes" : "no") },
      { title: "STATUS", cell: ({ status }) => healthCell(status) },
    ],
    name: ({ name }) => name,
    isWrong: isIll,
  },
  (client, { name, label, ...flags }) =>
    Array.fromAsync(client.each("listSecurityGroups", { name: namesIn(flags, name), label })),
);

import type { Command } from "commander";
import type { Policy } from "../../center/schemas/policy.ts";
import { type Ask, bounds } from "../ask.ts";
import { withDryRun } from "../dry-run.ts";
import { addLevelFlags, fullName, type LevelFlags, namesIn } from "../level-flags.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import type { Paint } from "../paint.ts";
import { block, healthCell, isIll, list, pairs, shortId } from "../text.ts";
import { type CreateFlags, type DryFlags, type Filter, filtered, goneText } from "./level-commands.ts";
import { addRuleCommands, type RuledNoun } from "./rules.ts";
import { collect, mapOfFlags, mapPatch } from "./subnet-flags.ts";

const ruled: RuledNoun<Policy> = {
  word: "policy",
  noun: "policy",
  descriptions: {
    rule: "say what all endpoints get and send, whatever their groups say",
    add: "allow, deny (which is reject) or drop what endpoints get or send; what denies counts more",
  },
  examples: [
    ["baseline", "deny", "egress any to 192.0.2.0/24"],
    ["baseline", "allow", "ingress tcp 9100 from group monitor"],
    ["Enterprise/baseline", "deny", "ingress tcp 22 from any"],
  ],
  text: policyText,
  show: (client, policy) => client.showPolicy({ policy }),
  change: (client, policy, rules, dryRun) =>
    client.updatePolicy({ policy, "dry-run": dryRun }, { rules: { ...rules } }),
};

/** Adds `fairway policy`. */
export function addPolicyCommands(program: Command, ask: Ask, lists: ListCommands): void {
  const policy = program
    .command("policy")
    .description("make and change policies, whose rules are above those of security groups");
  lists.add(addLevelFlags(filtered(policy, "list the policies"), "organization"), {
    lists: [policies],
    nouns: ["policy"],
  });
  ofPolicy(policy.command("show").description("show a policy with its rules")).action(
    (name: string, flags: LevelFlags) =>
      ask((client) => client.showPolicy({ policy: fullName(name, flags) }), policyText),
  );
  withDryRun(
    addLevelFlags(
      policy
        .command("create")
        .argument("<policy>", "what it is called")
        .description("make a policy of the cluster, or of an organization; without rules it does nothing")
        .option("--label <key=value>", "a label", collect),
      "organization",
    ),
    "fairway policy create baseline\n  fairway policy create baseline --organization Enterprise",
  ).action((name: string, { label, dryRun, ...flags }: CreateFlags) =>
    ask(
      (client) =>
        client.putPolicy({ policy: fullName(name, flags), "dry-run": dryRun }, { labels: mapOfFlags(label) }),
      policyText,
      bounds.change,
    ),
  );
  withDryRun(
    ofPolicy(
      policy
        .command("update")
        .description("change a policy's labels")
        .option("--label <key=value>", "a label", collect)
        .option("--label-rm <key>", "take a label", collect),
    ),
    "fairway policy update baseline --label team=net",
  ).action(
    (
      name: string,
      { label, labelRm, dryRun, ...flags }: CreateFlags & { readonly labelRm?: readonly string[] },
    ) =>
      ask(
        (client) =>
          client.updatePolicy(
            { policy: fullName(name, flags), "dry-run": dryRun },
            mapPatch("labels", label, labelRm),
          ),
        policyText,
        bounds.change,
      ),
  );
  withDryRun(
    ofPolicy(policy.command("rm").description("remove a policy with its rules")),
    "fairway policy rm baseline",
  ).action((name: string, { dryRun, ...flags }: DryFlags) =>
    ask(
      (client) => client.removePolicy({ policy: fullName(name, flags), "dry-run": dryRun }),
      (gone) => goneText(`policy ${gone.name}`, dryRun),
      bounds.change,
    ),
  );
  addRuleCommands(policy, ask, lists, ruled);
}

function ofPolicy(command: Command): Command {
  return addLevelFlags(command.argument("<policy>", "its name, or a UUID"), "organization");
}

function policyText({ name, uuid, revision, status, labels, options, tier, rules }: Policy, paint: Paint) {
  const said = Object.entries(rules).map(([rule, action]) => `${rule}: ${action}`);
  return block(
    [
      ["name", name],
      ["id", uuid],
      ["revision", revision],
      ["status", healthCell(status)],
      ["labels", pairs(labels)],
      ["options", pairs(options)],
      ["tier", tier],
      ["rules", list(said.sort())],
    ],
    paint,
  );
}

const policies = listOf<Policy, Filter>(
  {
    columns: [
      { title: "NAME", cell: ({ name }) => name },
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "TIER", cell: ({ tier }) => tier },
      { title: "RULES", cell: ({ rules }) => String(Object.keys(rules).length) },
      { title: "STATUS", cell: ({ status }) => healthCell(status) },
    ],
    name: ({ name }) => name,
    isWrong: isIll,
  },
  (client, { name, label, ...flags }) =>
    Array.fromAsync(client.each("listPolicies", { name: namesIn(flags, name), label })),
);

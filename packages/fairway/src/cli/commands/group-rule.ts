import type { Command } from "commander";
import type { SecurityGroup } from "../../center/schemas/security-group.ts";
import { FairwayError } from "../../errors.ts";
import { formatGroupTraffic, groupRuleForm, parseGroupTraffic } from "../../group-rules.ts";
import { ruleActions } from "../../rules.ts";
import { type Ask, bounds } from "../ask.ts";
import { withDryRun } from "../dry-run.ts";
import { addLevelFlags, fullName, type LevelFlags } from "../level-flags.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import { groupText } from "../security-group-text.ts";
import type { DryFlags } from "./level-commands.ts";

type Action = SecurityGroup["rules"][string];

/** What a person calls an action: `deny` tells who is denied. */
const actions: Readonly<Record<string, Action>> = {
  ...Object.fromEntries(ruleActions.map((action) => [action, action])),
  deny: "reject",
};

/** Adds `fairway group rule`. */
export function addGroupRuleCommands(group: Command, ask: Ask, lists: ListCommands): void {
  const rule = group.command("rule").description("say what members of a security group get and send");
  withDryRun(
    ofRule(rule.command("add")).description(
      "allow, deny (which is reject) or drop what members get or send; what denies counts more",
    ),
    "fairway group rule add web ingress allow tcp 80,443 from any\n" +
      "  fairway group rule add db ingress allow tcp 5432 from group web\n" +
      "  fairway group rule add db egress deny any to 192.0.2.0/24\n" +
      "  fairway group rule add agents egress allow tcp 443 to '*.debian.org'",
  ).action((name: string, words: readonly string[], { dryRun, ...flags }: DryFlags) => {
    const { text, action } = ruleOf(words);
    if (action === undefined)
      throw new FairwayError("invalid", "say what the rule does: allow, deny, reject or drop");
    return ask(
      async (client) => {
        const reference = { group: fullName(name, flags) };
        const before = await client.showSecurityGroup(reference);
        const known = before.rules[text];
        if (known !== undefined && known !== action)
          throw new FairwayError(
            "conflict",
            `group ${before.name} has this rule, as ${known}: take that first, by \`fairway group rule rm ${name} ${text}\``,
          );
        return client.updateSecurityGroup({ ...reference, "dry-run": dryRun }, { rules: { [text]: action } });
      },
      groupText,
      bounds.change,
    );
  });
  withDryRun(
    ofRule(rule.command("rm")).description("remove a rule; connections that it allowed end, too"),
    "fairway group rule rm web ingress tcp 80,443 from any",
  ).action((name: string, words: readonly string[], { dryRun, ...flags }: DryFlags) => {
    const { text } = ruleOf(words);
    return ask(
      async (client) => {
        const reference = { group: fullName(name, flags) };
        const before = await client.showSecurityGroup(reference);
        if (before.rules[text] === undefined)
          throw new FairwayError(
            "not_found",
            `group ${before.name} has no rule ${text}; \`fairway group rule ls ${name}\` lists them`,
          );
        return client.updateSecurityGroup({ ...reference, "dry-run": dryRun }, { rules: { [text]: null } });
      },
      groupText,
      bounds.change,
    );
  });
  lists.add(
    addLevelFlags(
      rule
        .command("ls")
        .argument("<group>", "its name, or a UUID")
        .description("list the rules of a security group")
        .addHelpText("after", "\nExample:\n  fairway group rule ls web"),
      "organization",
    ),
    { lists: [rules], nouns: ["security-group"] },
  );
}

function ofRule(command: Command): Command {
  return addLevelFlags(
    command
      .argument("<group>", "its name, or a UUID")
      .argument(
        "<rule...>",
        "ingress or egress, what it does, PROTOCOL, PORTS, from or to PEER; what is left out is any",
      ),
    "organization",
  );
}

/** A rule as the API names it, and what it does where that is among the words. Throws `invalid` where it is none. */
function ruleOf(words: readonly string[]): { readonly text: string; readonly action: Action | undefined } {
  const [direction = "", word = "", ...rest] = words;
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined;
  const traffic = parseGroupTraffic([direction, ...(action === undefined ? [word] : []), ...rest].join(" "));
  if (traffic === undefined) throw new FairwayError("invalid", `a rule is ${groupRuleForm}`);
  return { text: formatGroupTraffic(traffic), action };
}

interface ListedRule {
  /** As the API names it. */
  readonly rule: string;
  readonly action: Action;
}

/** The words of a rule: `ingress`, `tcp`, `80`, `any`. */
function wordsOf({ rule }: ListedRule) {
  const [, direction = "", protocol = "", ports = "", peer = ""] =
    /^(\S+) (\S+)(?: ([\d,-]+))? (?:from|to) (.+)$/.exec(rule) ?? [];
  return { direction, protocol, ports, peer };
}

const rules = listOf<ListedRule, LevelFlags>(
  {
    columns: [
      { title: "DIRECTION", cell: (each) => wordsOf(each).direction },
      { title: "ACTION", cell: ({ action }) => action },
      { title: "PROTOCOL", cell: (each) => wordsOf(each).protocol },
      { title: "PORTS", cell: (each) => wordsOf(each).ports },
      { title: "PEER", cell: (each) => wordsOf(each).peer },
    ],
    name: ({ rule }) => rule,
  },
  async (client, flags, [name = ""]) => {
    const group = await client.showSecurityGroup({ group: fullName(name, flags) });
    return Object.entries(group.rules).map(([rule, action]) => ({ rule, action }));
  },
);

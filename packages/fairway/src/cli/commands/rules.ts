import type { Command } from "commander";
import type { ApiClient } from "../../api/client.ts";
import type { Noun } from "../../center/schemas/nouns.ts";
import type { SecurityGroup } from "../../center/schemas/security-group.ts";
import { FairwayError } from "../../errors.ts";
import { formatGroupTraffic, groupRuleForm, parseGroupTraffic } from "../../group-rules.ts";
import { ruleActions } from "../../rules.ts";
import { type Ask, bounds } from "../ask.ts";
import { withDryRun } from "../dry-run.ts";
import { addLevelFlags, fullName, type LevelFlags } from "../level-flags.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import type { Paint } from "../paint.ts";
import type { DryFlags } from "./level-commands.ts";

type Action = SecurityGroup["rules"][string];

/** What a person calls an action: `deny` tells who is denied. */
const actions: Readonly<Record<string, Action>> = {
  ...Object.fromEntries(ruleActions.map((action) => [action, action])),
  deny: "reject",
};

interface Ruled {
  readonly name: string;
  readonly rules: Readonly<Record<string, Action>>;
}

/** A noun that has rules of what endpoints get and send. */
export interface RuledNoun<T extends Ruled> {
  readonly word: "group" | "policy";
  readonly noun: Noun;
  /** What `rule add` does, and whose rules they are. */
  readonly descriptions: { readonly rule: string; readonly add: string };
  /** Of `rule add`, a line each; `rule rm` and `rule ls` take the first one's. */
  readonly examples: readonly [object: string, action: string, rule: string][];
  readonly text: (shown: T, paint: Paint) => string;
  readonly show: (client: ApiClient, name: string) => Promise<T>;
  /** @param rules a merge patch. */
  readonly change: (
    client: ApiClient,
    name: string,
    rules: Readonly<Record<string, Action | null>>,
    dryRun: boolean,
  ) => Promise<T>;
}

/** Adds `fairway group rule` or `fairway policy rule`. */
export function addRuleCommands<T extends Ruled>(
  parent: Command,
  ask: Ask,
  lists: ListCommands,
  noun: RuledNoun<T>,
): void {
  const { word, descriptions, examples, text: print, show, change } = noun;
  const [[object, , first] = ["", "", ""]] = examples;
  const ofRule = (command: Command) => withRule(command, word);
  const rule = parent.command("rule").description(descriptions.rule);
  withDryRun(
    ofRule(rule.command("add")).description(descriptions.add),
    examples
      .map(([name, action, text]) => `fairway ${word} rule add ${name} ${text.replace(" ", ` ${action} `)}`)
      .join("\n  "),
  ).action((name: string, words: readonly string[], { dryRun, ...flags }: DryFlags) => {
    const { text, action } = ruleOf(words);
    if (action === undefined)
      throw new FairwayError("invalid", "say what the rule does: allow, deny, reject or drop");
    return ask(
      async (client) => {
        const full = fullName(name, flags);
        const before = await show(client, full);
        const known = before.rules[text];
        if (known !== undefined && known !== action)
          throw new FairwayError(
            "conflict",
            `${word} ${before.name} has this rule, as ${known}: take that first, by \`fairway ${word} rule rm ${name} ${text}\``,
          );
        return change(client, full, { [text]: action }, dryRun);
      },
      print,
      bounds.change,
    );
  });
  withDryRun(
    ofRule(rule.command("rm")).description("remove a rule; connections that it allowed end, too"),
    `fairway ${word} rule rm ${object} ${first}`,
  ).action((name: string, words: readonly string[], { dryRun, ...flags }: DryFlags) => {
    const { text } = ruleOf(words);
    return ask(
      async (client) => {
        const full = fullName(name, flags);
        const before = await show(client, full);
        if (before.rules[text] === undefined)
          throw new FairwayError(
            "not_found",
            `${word} ${before.name} has no rule ${text}; \`fairway ${word} rule ls ${name}\` lists them`,
          );
        return change(client, full, { [text]: null }, dryRun);
      },
      print,
      bounds.change,
    );
  });
  lists.add(
    addLevelFlags(
      rule
        .command("ls")
        .argument(`<${word}>`, "its name, or a UUID")
        .description(`list the rules of a ${noun.noun.replace("-", " ")}`)
        .addHelpText("after", `\nExample:\n  fairway ${word} rule ls ${object}`),
      "organization",
    ),
    { lists: [rulesOf(show)], nouns: [noun.noun] },
  );
}

function withRule(command: Command, word: string): Command {
  return addLevelFlags(
    command
      .argument(`<${word}>`, "its name, or a UUID")
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

function rulesOf(show: RuledNoun<Ruled>["show"]) {
  return listOf<ListedRule, LevelFlags>(
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
      const { rules } = await show(client, fullName(name, flags));
      return Object.entries(rules).map(([rule, action]) => ({ rule, action }));
    },
  );
}

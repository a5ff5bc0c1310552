import type { Command } from "commander";
import { withDryRun } from "../dry-run.ts";
import type { LevelFlags } from "../level-flags.ts";
import { collect } from "./subnet-flags.ts";

/** The flags of what makes one of a level. */
export interface CreateFlags extends LevelFlags {
  readonly label?: readonly string[];
  readonly dryRun: boolean;
}

/** Those of what removes one. */
export type DryFlags = LevelFlags & Pick<CreateFlags, "dryRun">;

/** Which of them. */
export interface Filter extends LevelFlags {
  readonly name?: string;
  readonly label?: string;
}

/** Adds the command that lists a noun, with its flags. */
export function filtered(noun: Command, description: string): Command {
  return noun
    .command("ls")
    .description(description)
    .option("--name <name>", "list only those of this name; * stands for any letters")
    .option("--label <label>", "list only those with this label: team, or team=web")
    .addHelpText("after", `\nExample:\n  fairway ${noun.name()} ls --label team=web`);
}

/** Adds the command that makes one of a level. @param examples a line each. */
export function creating(noun: Command, argument: string, description: string, examples: string): Command {
  return withDryRun(
    noun
      .command("create")
      .argument(argument, "what it is called")
      .description(description)
      .option("--label <key=value>", "a label", collect),
    examples,
  );
}

/** Adds the command that removes one of a level. @param examples a line each. */
export function removing(
  noun: Command,
  [name, meaning]: readonly [string, string],
  description: string,
  examples: string,
): Command {
  return withDryRun(noun.command("rm").argument(name, meaning).description(description), examples);
}

/** What was removed, or would be. */
export function goneText(what: string, isDry: boolean): string {
  return `${what} ${isDry ? "would be" : "is"} gone`;
}

import type { Command } from "commander";

/** What people type who know Docker's words, or those of other tools. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  ls: ["list"],
  show: ["inspect"],
  rm: ["delete", "remove"],
};

/** Gives every command below a program the other names of its own name. */
export function addAliases(program: Command): void {
  for (const command of program.commands) {
    for (const alias of aliases[command.name()] ?? []) command.alias(alias);
    addAliases(command);
  }
}

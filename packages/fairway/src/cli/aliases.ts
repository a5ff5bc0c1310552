import type { Command } from "commander";

/** What people type who know Docker's words, or those of other tools. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  ls: ["list"],
  show: ["inspect"],
  rm: ["delete", "remove"],
};

/** Gives every command below a program the other names of its own name, but one that another command has. */
export function addAliases(program: Command): void {
  for (const command of program.commands) {
    const taken = program.commands.map((each) => each.name());
    for (const alias of aliases[command.name()] ?? []) if (!taken.includes(alias)) command.alias(alias);
    addAliases(command);
  }
}

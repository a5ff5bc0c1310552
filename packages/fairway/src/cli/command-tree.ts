import type { Command } from "commander";
import { buildProgram } from "./program.ts";

/** A command with its words, e.g. `fairway network ls`, and what its help says below the options. */
export interface DescribedCommand {
  readonly words: string;
  readonly command: Command;
  readonly notes: string;
}

/** The program and all commands that its help shows, in the help's order. */
export function commandTree(): readonly DescribedCommand[] {
  let printed = "";
  const program = buildProgram({
    out: (text) => void (printed += text),
    err: () => undefined,
    environment: {},
    run: () => Promise.reject(new Error("not asked for")),
  });
  const notesOf = (command: Command): string => {
    printed = "";
    command.outputHelp();
    return printed.slice(command.helpInformation().length).trim();
  };
  const walk = (command: Command, before: string): DescribedCommand[] => {
    const words = `${before}${command.name()}`;
    const shown = command.createHelp().visibleCommands(command);
    const children = shown.filter((child) => child.name() !== "help");
    return [
      { words, command, notes: notesOf(command) },
      ...children.flatMap((child) => walk(child, `${words} `)),
    ];
  };
  return walk(program, "");
}

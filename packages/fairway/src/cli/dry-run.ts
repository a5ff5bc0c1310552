import type { Command } from "commander";

/** Ends a command that changes something: it may be tried first, and its help has examples, one in a line. */
export function withDryRun(command: Command, examples: string): Command {
  return command
    .option("--dry-run", "say what would be, and change nothing", false)
    .addHelpText("after", `\nExample${examples.includes("\n") ? "s" : ""}:\n  ${examples}`);
}

import type { Command } from "commander";
import type { Outcome } from "../../cleanup/leftover.ts";
import type { CleanupRequest } from "../../cleanup/start.ts";
import type { Print } from "../ask.ts";
import { Failed } from "../failed.ts";
import { table } from "../text.ts";

/** Sweeps this host. */
export type CleanUp = (request: CleanupRequest) => Promise<readonly Outcome[]>;

/** Adds `fairway cleanup`. */
export function addCleanupCommand(
  program: Command,
  cleanUp: CleanUp,
  print: Print,
  err: (text: string) => void,
): void {
  program
    .command("cleanup")
    .description(
      "remove what a crash left on this host: endpoints, networks, ports and links that no container uses",
    )
    .option("--dry-run", "print what would be removed, and why; change nothing", false)
    .addHelpText(
      "after",
      "\nRun this as root. It looks twice, 10 s apart, and removes what was unused both times. Fairway does the same by\n" +
        "itself every 30 s. If Fairway does not run here and the center does not answer, this command removes only ports\n" +
        "and links that no container uses.\n\n" +
        "Examples:\n  sudo fairway cleanup --dry-run\n  sudo fairway cleanup",
    )
    .action(async ({ dryRun }: { dryRun: boolean }) => {
      const onProgress = (text: string) => err(`fairway: ${text}\n`);
      const outcomes = await cleanUp({ dryRun, onProgress });
      print(outcomes, render);
      if (outcomes.some(({ outcome }) => outcome === "not removed")) throw new Failed();
    });
}

function render(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return "Nothing is left over.";
  const rows = outcomes.map(({ kind, name, why, outcome, error }) => [
    kind,
    name,
    why,
    error === undefined ? outcome : `${outcome}: ${error}`,
  ]);
  return table(["KIND", "NAME", "WHY", "OUTCOME"], rows);
}

import type { Command } from "commander";
import type { Config } from "../../config/schema.ts";

/** Runs Fairway on this machine until the signal ends it. `readAgain` gives the configuration as it is by now. */
export type Run = (config: Config, signal: AbortSignal, readAgain: () => Promise<Config>) => Promise<void>;

const signals = ["SIGTERM", "SIGINT"] as const;

export function addRunCommand(program: Command, run: Run, readConfig: () => Promise<Config>): void {
  program
    .command("run")
    .description("run Fairway on this machine, as its service does, until SIGTERM or SIGINT")
    .addHelpText(
      "after",
      "\nSIGHUP reads the configuration again; the log's level takes effect at once.\n\nExample:\n  sudo fairway run -c /etc/fairway/fairway.yaml",
    )
    .action(async () => {
      const config = await readConfig();
      const ending = new AbortController();
      const end = () => ending.abort();
      // Once: who asks again wants it to end at once.
      for (const name of signals) process.once(name, end);
      try {
        await run(config, ending.signal, readConfig);
      } finally {
        for (const name of signals) process.off(name, end);
      }
    });
}

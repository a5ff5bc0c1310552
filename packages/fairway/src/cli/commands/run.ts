import type { Command } from "commander";
import type { Config } from "../../config/schema.ts";

/** Runs Fairway on this machine until the signal ends it. `readAgain` gives the configuration as it is by now. */
export type Run = (config: Config, signal: AbortSignal, readAgain: () => Promise<Config>) => Promise<void>;

const signals = ["SIGTERM", "SIGINT"] as const;

/** Adds `fairway run`. */
export function addRunCommand(program: Command, run: Run, readConfig: () => Promise<Config>): void {
  program
    .command("run")
    .description("run Fairway in the foreground until SIGTERM or SIGINT; the service fairway does this")
    .addHelpText(
      "after",
      "\nRun this as root. On SIGHUP Fairway reads its configuration again and applies log.level; it logs which other keys\n" +
        "need a restart.\n\nExample:\n  sudo fairway run -c /etc/fairway/fairway.yaml",
    )
    .action(async () => {
      const config = await readConfig();
      await untilSignalled((signal) => run(config, signal, readConfig));
    });
}

/** Adds `fairway southbound`, which a center starts beside itself; help does not show it. */
export function addSouthboundCommand(
  program: Command,
  run: (config: Config, signal: AbortSignal) => Promise<void>,
  readConfig: () => Promise<Config>,
): void {
  program
    .command("southbound", { hidden: true })
    .description("let hosts in to OVN's Southbound, as a center's service does, until SIGTERM or SIGINT")
    .action(async () => {
      const config = await readConfig();
      await untilSignalled((signal) => run(config, signal));
    });
}

/** Adds `fairway move-nic`, which an agent starts beside itself; help does not show it. */
export function addMoveNicCommand(
  program: Command,
  move: (config: Config, file: string) => Promise<void>,
  giveBack: (config: Config) => Promise<void>,
  readConfig: () => Promise<Config>,
): void {
  program
    .command("move-nic", { hidden: true })
    .argument(
      "[file]",
      "the record of a network interface; without it: give every interface its addresses back",
    )
    .description("move the host's addresses between a network interface and its bridge")
    .action(async (file?: string) => {
      const config = await readConfig();
      await (file === undefined ? giveBack(config) : move(config, file));
    });
}

async function untilSignalled(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  const end = () => ending.abort();
  // Once: who asks again wants it to end at once.
  for (const name of signals) process.once(name, end);
  try {
    await work(ending.signal);
  } finally {
    for (const name of signals) process.off(name, end);
  }
}

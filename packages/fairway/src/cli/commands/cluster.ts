import { text } from "node:stream/consumers";
import { type Command, Option } from "commander";
import type { Initialized, InitRequest } from "../../cluster/init.ts";
import type { JoinCommand, Joined } from "../../cluster/join.ts";
import type { LeaveCommand, Left } from "../../cluster/leave.ts";
import type { Say } from "../../cluster/steps.ts";
import type { Print } from "../ask.ts";

/** What a command tells; which configuration is meant, the program knows. */
type Asked<Request> = Omit<Request, "configFile" | "environment">;

export interface ClusterCommands {
  init(request: Asked<InitRequest>, say: Say): Promise<Initialized>;
  join(request: Asked<JoinCommand>, say: Say): Promise<Joined>;
  leave(request: Asked<LeaveCommand>, say: Say): Promise<Left>;
}

interface Flags {
  readonly address?: string;
  readonly name?: string;
  readonly dns?: boolean;
}

export function addClusterCommands(
  program: Command,
  commands: ClusterCommands,
  print: Print,
  err: (text: string) => void,
): void {
  const say: Say = (line) => err(`fairway: ${line}\n`);
  program
    .command("init")
    .description("make this machine the center of a cluster, and its first host")
    .option("--address <address>", "by which other machines reach this one, tunnels included")
    .option("--name <name>", "this host's name, instead of the machine's")
    .option("--dns", "set Docker's dns, so that containers find names of other hosts")
    .addHelpText(
      "after",
      "\nMay be repeated; each time it prints a token for one more machine.\n\nExample:\n  sudo fairway init --address 192.0.2.1",
    )
    .action(async (flags: Flags) => print(await commands.init(flags, say), renderInitialized));
  program
    .command("join")
    .argument("<center>", "the center's address, with its port where that is not 6640")
    .addOption(
      new Option("--token <token>", "as `fairway token create` printed it; - reads it from standard input")
        .env("FAIRWAY_TOKEN")
        .makeOptionMandatory(),
    )
    .description("make this machine a host of a center")
    .option("--address <address>", "by which other hosts' tunnels reach this one")
    .option("--name <name>", "this host's name, instead of the machine's")
    .option("--dns", "set Docker's dns, so that containers find names of other hosts")
    .addHelpText(
      "after",
      "\nMay be repeated with the same token for 10 minutes; what was done half is finished then. Other users of this machine can read a token\n" +
        "on the command line while the command runs; standard input and FAIRWAY_TOKEN hide it.\n\nExamples:\n  sudo fairway join 192.0.2.1 --token host.…\n" +
        "  sudo fairway join 192.0.2.1 --token - <token.txt",
    )
    .action(async (center: string, { token: given, ...flags }: Flags & { readonly token: string }) => {
      const token = given === "-" ? (await text(process.stdin)).trim() : given;
      print(await commands.join({ center, token, ...flags }, say), renderJoined);
    });
  program
    .command("leave")
    .description("take this machine out of its cluster, and undo what joining changed on it")
    .option("--force", "also with containers on Fairway's networks, and where the center does not answer")
    .addHelpText("after", "\nExample:\n  sudo fairway leave")
    .action(async (flags: { readonly force?: boolean }) =>
      print(await commands.leave(flags, say), renderLeft),
    );
}

/** The line to be typed on another machine. */
export function joinLine({ center, token }: { readonly center: string; readonly token: string }): string {
  // Brackets mean something to a shell.
  const address = center.replace(/^\[?([^\]]*)\]?:6640$/, "$1");
  return `fairway join ${address} --token ${token}`;
}

function renderInitialized({ name, address, token, advice, tookMs }: Initialized): string {
  return [
    `${name} is a center at ${address}, and a host, after ${seconds(tookMs)}.`,
    ...advice,
    "",
    "Within an hour, one more machine may join as root by:",
    "",
    `  ${joinLine(token)}`,
    "",
    "`fairway token create` makes a token for each further one.",
  ].join("\n");
}

function renderJoined({ name, center, advice, tookMs }: Joined): string {
  return [`${name} is a host of the center at ${center}, ready after ${seconds(tookMs)}.`, ...advice].join(
    "\n",
  );
}

function renderLeft({ name, advice }: Left): string {
  if (name === null) return "This machine is no host of any cluster.";
  return [`${name} is out of the cluster.`, ...advice].join("\n");
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

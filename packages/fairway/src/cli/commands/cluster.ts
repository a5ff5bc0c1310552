import { text } from "node:stream/consumers";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Datapath, datapaths } from "../../cluster/datapath.ts";
import type { Initialized, InitRequest } from "../../cluster/init.ts";
import type { JoinCommand, Joined } from "../../cluster/join.ts";
import type { LeaveCommand, Left } from "../../cluster/leave.ts";
import type { Say } from "../../cluster/steps.ts";
import type { Print } from "../ask.ts";
import { addYes } from "../confirm.ts";

/** What a command asks for, without the configuration, which the program adds. */
type Asked<Request> = Omit<Request, "configFile" | "environment">;

export interface ClusterCommands {
  init(request: Asked<InitRequest>, say: Say): Promise<Initialized>;
  join(request: Asked<JoinCommand>, say: Say): Promise<Joined>;
  /** @param yes nobody is asked before. */
  leave(request: Asked<LeaveCommand>, say: Say, yes?: boolean): Promise<Left>;
}

interface Flags {
  readonly address?: string;
  readonly name?: string;
  readonly dns?: boolean;
  readonly datapath?: Datapath;
}

const dnsFlag =
  'put this host\'s name servers into "dns" of /etc/docker/daemon.json if Docker needs that for names of other hosts (from 28 on)';

/** A new one for each command. */
const datapathOption = () =>
  new Option(
    "--datapath <who>",
    "who forwards packets: by default the kernel if it can, else Open vSwitch's own process, which needs the address on a bridge of Open vSwitch",
  ).choices(datapaths);

/** Adds `fairway init`, `join` and `leave`. */
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
    .option("--address <address>", "the address at which other hosts reach this one: API and tunnels")
    .option(
      "--port <port>",
      "the TCP port of the API, if 6640 is taken; `fairway join` needs it behind the address",
      portOf,
    )
    .option("--name <name>", "the host's name; by default the machine's host name")
    .option("--dns", dnsFlag)
    .addOption(datapathOption())
    .addHelpText(
      "after",
      "\nRun this as root. You may repeat it: it keeps what is there, and prints a token for one more machine each time.\n\n" +
        "Example:\n  sudo fairway init --address 192.0.2.1",
    )
    .action(async (flags: Flags & { readonly port?: number }) =>
      print(await commands.init(flags, say), renderInitialized),
    );
  program
    .command("join")
    .argument("<center>", "the center's address, with the port if it is not 6640")
    .addOption(
      new Option("--token <token>", "the token from `fairway token create`; - reads it from standard input")
        .env("FAIRWAY_TOKEN")
        .makeOptionMandatory(),
    )
    .description("make this machine a host of the center's cluster")
    .option("--address <address>", "the address at which other hosts' tunnels reach this one")
    .option("--name <name>", "the host's name; by default the machine's host name")
    .option("--dns", dnsFlag)
    .addOption(datapathOption())
    .addHelpText(
      "after",
      "\nRun this as root. If it was interrupted, run the same line again: the token works here for 10 minutes. Other users\n" +
        "of this machine can read a token on the command line while the command runs; standard input and FAIRWAY_TOKEN hide it.\n\n" +
        "Examples:\n  sudo fairway join 192.0.2.1 --token host.…\n" +
        "  sudo fairway join 192.0.2.1 --token - <token.txt",
    )
    .action(async (center: string, { token: given, ...flags }: Flags & { readonly token: string }) => {
      const token = given === "-" ? (await text(process.stdin)).trim() : given;
      print(await commands.join({ center, token, ...flags }, say), renderJoined);
    });
  const leave = program
    .command("leave")
    .description(
      "take this machine out of its cluster, and undo what `fairway join` or `fairway init` changed",
    )
    .option(
      "--force",
      "leave although containers use Fairway's networks, or the center or Docker does not answer; on a center although it has other hosts",
    )
    .addHelpText(
      "after",
      "\nRun this as root. A center leaves last: it takes the cluster with it, its networks, databases and certificates.\n\nExample:\n  sudo fairway leave",
    )
    .action(async ({ yes, ...flags }: { readonly force?: boolean; readonly yes?: boolean }) =>
      print(await commands.leave(flags, say, yes), renderLeft),
    );
  addYes(leave);
}

function portOf(given: string): number {
  const port = Number(given);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a number from 1 to 65535, e.g. 6650.");
}

/** The command that a person runs on another machine. */
export function joinLine({ center, token }: { readonly center: string; readonly token: string }): string {
  // Brackets mean something to a shell.
  const address = center.replace(/^\[?([^\]]*)\]?:6640$/, "$1");
  return `fairway join ${address} --token ${token}`;
}

function renderInitialized({ name, address, token, advice, tookMs }: Initialized): string {
  return [
    `${name} is the center at ${address} and a host, ready after ${seconds(tookMs)}.`,
    ...advice,
    "",
    "To add one machine, run this line there as root within an hour:",
    "",
    `  ${joinLine(token)}`,
    "",
    "For each further machine, run `fairway token create` here.",
  ].join("\n");
}

function renderJoined({ name, center, advice, tookMs }: Joined): string {
  return [`${name} is a host of the center at ${center}, ready after ${seconds(tookMs)}.`, ...advice].join(
    "\n",
  );
}

function renderLeft({ name, advice }: Left): string {
  if (name === null) return "This machine is in no cluster.";
  return [`${name} is out of the cluster.`, ...advice].join("\n");
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

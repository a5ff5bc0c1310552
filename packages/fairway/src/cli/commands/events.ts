import { type Command, InvalidArgumentError, Option } from "commander";
import type { ApiClient } from "../../api/client.ts";
import type { ChangeEvent } from "../../center/schemas/event.ts";
import { type Noun, nouns } from "../../center/schemas/nouns.ts";
import { counted } from "../../counted.ts";
import { messageOf } from "../../errors.ts";
import type { WithCenter } from "../ask.ts";
import { type DataFormat, dataText } from "../data-text.ts";
import { list, printable } from "../text.ts";

interface Flags {
  readonly noun: readonly Noun[];
  readonly after?: string;
  readonly count?: number;
}

/** Where the command prints. */
interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Undefined: a line for people. */
  readonly dataFormat: () => DataFormat | undefined;
}

/** Adds `fairway events`. */
export function addEventsCommand(program: Command, withCenter: WithCenter, output: Output): void {
  program
    .command("events")
    .description("print what changes in the cluster, as it happens")
    .addOption(
      new Option("--noun <noun>", "print only changes of this; may be given several times")
        .choices(nouns)
        .argParser((noun: string, before: readonly Noun[]) => [...before, nounOf(noun)])
        .default([], "all"),
    )
    .option("--after <id>", "begin behind this event, as -o json shows its id")
    .option(
      "--count <number>",
      "end after so many events; by default it goes on until it is interrupted",
      parseCount,
    )
    .addHelpText(
      "after",
      "\nWith -o json each line is an event with the object as it is now.\n\n" +
        "Examples:\n  fairway events --noun network --noun endpoint\n  fairway events -o json --count 1",
    )
    .action((flags: Flags) => withCenter((client) => follow(client, flags, output)));
}

/** Prints events until there were enough. A connection that is lost is made again, behind the last event. Throws what cannot pass. */
async function follow(
  client: Pick<ApiClient, "events">,
  { noun, after, count = Infinity }: Flags,
  { out, err, dataFormat }: Output,
): Promise<void> {
  const events = client.events({
    noun: noun.length === 0 ? undefined : noun,
    after,
    onLost: (error) => err(`fairway: ${printable(messageOf(error))}; trying again\n`),
  });
  let left = count;
  for await (const event of events) {
    if (event.type === "ready") continue;
    const format = dataFormat();
    out(`${format === undefined ? lineOf(event) : dataText(format, event, true)}\n`);
    if (--left === 0) break;
  }
}

/** `12:00:01 created network  blue 10.1.0.0/24`. */
function lineOf({ time, type, noun, name, object }: ChangeEvent): string {
  const what = [name, object === null ? "" : detailOf(object)].filter((text) => text !== "");
  return printable(`${time.slice(11, 19)} ${type} ${noun.padEnd(8)} ${what.join(" ")}`);
}

/** What of an object a line has room for. */
function detailOf(object: NonNullable<ChangeEvent["object"]>): string {
  if ("systemId" in object) return object.state;
  if ("joinableByLabel" in object) return counted(Object.keys(object.rules).length, "rule");
  if ("tier" in object) return counted(Object.keys(object.rules).length, "rule");
  if ("interfaces" in object) return list(object.interfaces.map(({ network }) => network.name));
  if ("mac" in object) {
    const container = object.engine?.containerName ?? "";
    return [container, list(object.addresses), `on ${object.network.name}`].filter(Boolean).join(" ");
  }
  if ("domains" in object) return list(object.domains);
  if ("domain" in object) return list(object.networks);
  if ("networks" in object) return [object.type, list(object.ranges)].filter(Boolean).join(" ");
  if ("role" in object) return `${object.role}, ${object.state}`;
  if ("subnets" in object) {
    const called = object.displayName === null ? "" : `(${object.displayName})`;
    return [called, list(object.subnets.map(({ cidr }) => cidr))].filter(Boolean).join(" ");
  }
  return object.network === null ? "" : `of ${object.network.name}`;
}

function nounOf(text: string): Noun {
  const noun = nouns.find((each) => each === text);
  if (noun === undefined) throw new InvalidArgumentError(`Allowed choices are ${nouns.join(", ")}.`);
  return noun;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a number, e.g. 10.");
  return Number(text);
}

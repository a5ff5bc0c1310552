import { setTimeout as sleep } from "node:timers/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ApiClient } from "../../api/client.ts";
import type { ChangeEvent, Event, Noun } from "../../center/schemas/event.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import { Backoff } from "../../runtime/backoff.ts";
import type { WithCenter } from "../ask.ts";
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
  readonly isJson: () => boolean;
}

const nouns: readonly Noun[] = ["host", "network", "subnet", "endpoint", "address"];

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
  client: Pick<ApiClient, "followEvents">,
  { noun, after, count = Infinity }: Flags,
  { out, err, isJson }: Output,
): Promise<void> {
  const end = new AbortController();
  const backoff = new Backoff({ firstMs: 100, longestMs: 5_000 });
  let last = after;
  for (let left = count; left > 0; ) {
    try {
      const query = { noun: noun.length === 0 ? undefined : [...noun], after: last };
      for await (const event of client.followEvents(query, { signal: end.signal })) {
        backoff.reset();
        last = event.id;
        if (event.type === "cut") throw new FairwayError("gone", event.reason);
        if (!isChange(event)) continue;
        out(`${isJson() ? JSON.stringify(event) : lineOf(event)}\n`);
        if (--left === 0) break;
      }
    } catch (error) {
      // Before anything was read it is the beginning that failed.
      if (last === undefined || !(error instanceof FairwayError) || !error.retryable) throw error;
      err(`fairway: ${printable(messageOf(error))}; trying again\n`);
      await sleep(backoff.failed());
    }
  }
}

function isChange(event: Event): event is ChangeEvent {
  return "noun" in event;
}

/** `12:00:01 created network  blue 10.1.0.0/24`. */
function lineOf({ time, type, noun, name, object }: ChangeEvent): string {
  const what = [name, object === null ? "" : detailOf(object)].filter((text) => text !== "");
  return printable(`${time.slice(11, 19)} ${type} ${noun.padEnd(8)} ${what.join(" ")}`);
}

/** What of an object a line has room for. */
function detailOf(object: NonNullable<ChangeEvent["object"]>): string {
  if ("systemId" in object) return object.state;
  if ("mac" in object) {
    const container = object.engine?.containerName ?? "";
    return [container, list(object.addresses), `on ${object.network.name}`].filter(Boolean).join(" ");
  }
  if ("subnets" in object) return list(object.subnets.map(({ cidr }) => cidr));
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

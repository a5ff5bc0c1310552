import { type Command, Option } from "commander";
import type { ApiClient } from "../api/client.ts";
import type { Noun } from "../center/schemas/nouns.ts";
import { messageOf } from "../errors.ts";
import type { Query, WithCenter } from "./ask.ts";
import { type DataFormat, dataText } from "./data-text.ts";
import { type List, type ReadList, wordOf } from "./list.ts";
import type { Paint } from "./paint.ts";
import { printable, table } from "./text.ts";
import { watch } from "./watch.ts";

/** How a list is printed. */
export type Output = "table" | DataFormat | "name";

interface ListFlags {
  readonly headers: boolean;
  readonly sort?: string;
  readonly watch?: boolean;
}

/** What is there to be listed by a command. */
interface Subject<Flags> {
  /** All lists that the command may print. */
  readonly lists: readonly [List<Flags>, ...List<Flags>[]];
  /** Which of them the command's own flags choose; the first where it is absent. */
  readonly choose?: (flags: Flags) => List<Flags>;
  /** The list changes with these; absent: there are no events of it. */
  readonly nouns?: readonly [Noun, ...Noun[]];
}

interface ListCommandsParts {
  readonly query: Query;
  readonly withCenter: WithCenter;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly output: () => Output;
  readonly paint: Paint;
  /** Whether a screen can be cleared. */
  readonly isTerminal: boolean;
}

/** Clears the screen and goes to its first line (ECMA-48: CUP, ED). */
const clearScreen = "\u001b[H\u001b[2J";

/** What all commands that print lists have in common: their options, and what these do. */
export class ListCommands {
  readonly #parts: ListCommandsParts;
  readonly #commands = new Set<Command>();

  constructor(parts: ListCommandsParts) {
    this.#parts = parts;
  }

  /** Makes a command one that prints a list. */
  add<Flags>(command: Command, { lists, choose = () => lists[0], nouns }: Subject<Flags>): Command {
    this.#commands.add(command);
    const columns = [...new Set(lists.flatMap(({ titles }) => titles.map(wordOf)))];
    command
      .option("--no-headers", "leave out the line with the columns' names")
      .addOption(new Option("--sort <column>", "order by this column").choices(columns));
    if (nouns !== undefined)
      command.option("-w, --watch", "print the list again whenever it changes, until it is interrupted");
    return command.action(async () => {
      const flags = command.opts<Flags & ListFlags>();
      const asked = { flags, words: command.processedArgs as readonly (string | undefined)[] };
      const chosen = choose(flags);
      const words = chosen.titles.map(wordOf);
      if (flags.sort !== undefined && !words.includes(flags.sort))
        command.error(`error: this list has no column ${flags.sort}; it has ${words.join(", ")}`);
      const look = async (client: ApiClient) =>
        this.#textOf(chosen.titles, await chosen.read(client, asked, flags.sort), flags);
      if (flags.watch === true && nouns !== undefined) await this.#watch(look, nouns);
      else this.#print(await this.#parts.query(look));
    });
  }

  /** Refuses a command line that asks names of a command which prints no list, before that does anything. */
  check(command: Command): void {
    if (this.#parts.output() === "name" && !this.#commands.has(command))
      command.error("error: -o name is for lists; use -o json, -o yaml or -o table here");
  }

  async #watch(look: (client: ApiClient) => Promise<string>, nouns: readonly Noun[]): Promise<void> {
    const { withCenter, out, err, isTerminal, output } = this.#parts;
    let last: string | undefined;
    await withCenter((client) =>
      watch({
        follow: (options) => client.events({ ...options, noun: nouns }),
        draw: async () => {
          const text = await look(client);
          if (text === last) return;
          if (output() === "table" || output() === "name") {
            if (isTerminal) out(clearScreen);
            else if (last !== undefined) out("\n");
          }
          last = text;
          this.#print(text);
        },
        onLost: (error) => err(`fairway: ${printable(messageOf(error))}; trying again\n`),
      }),
    );
  }

  #textOf(
    titles: readonly string[],
    { items, names, rows }: ReadList,
    { headers, watch }: ListFlags,
  ): string {
    const { output, paint } = this.#parts;
    const format = output();
    switch (format) {
      // One after the other is told apart by its line, or its document.
      case "json":
      case "yaml":
        return dataText(format, items, watch === true);
      case "name":
        return names.map(printable).join("\n");
      case "table":
        return table(titles, rows, paint, headers);
    }
  }

  #print(text: string): void {
    if (text !== "") this.#parts.out(`${text}\n`);
  }
}

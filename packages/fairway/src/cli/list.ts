import type { ApiClient } from "../api/client.ts";
import { type Cell, failuresFirst } from "./text.ts";

/** A column of a list. */
interface Column<Item> {
  readonly title: string;
  readonly cell: (item: Item) => Cell;
  /** By what `--sort` orders; by the cell's text where it is absent. */
  readonly order?: (item: Item) => number;
}

/** How a list of some kind of items is shown. */
interface ListFormat<Item> {
  readonly columns: readonly Column<Item>[];
  /** What other commands call an item, for `-o name`: a name, or an id where names are not unique. */
  readonly name: (item: Item) => string;
  /** Which come first where no order is asked for. */
  readonly isWrong?: (item: Item) => boolean;
}

/** A list as it was read. */
export interface ReadList {
  /** As the API gave them, in the order that was asked for. */
  readonly items: readonly unknown[];
  readonly names: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A list that can be read, in the order of one of its columns, or else with the failures first. */
export interface List<Flags> {
  readonly titles: readonly string[];
  readonly read: (client: ApiClient, asked: Asked<Flags>, sort: string | undefined) => Promise<ReadList>;
}

/** What a command line says of a list: the command's own flags, and its arguments, as far as they are given. */
export interface Asked<Flags> {
  readonly flags: Flags;
  readonly words: readonly (string | undefined)[];
}

/** A list of such items. @param read gives them, in an order of its own; the flags and the arguments are the command's. */
export function listOf<Item, Flags>(
  { columns, name, isWrong = () => false }: ListFormat<Item>,
  read: (client: ApiClient, flags: Flags, words: Asked<Flags>["words"]) => Promise<readonly Item[]>,
): List<Flags> {
  return {
    titles: columns.map(({ title }) => title),
    read: async (client, { flags, words }, sort) => {
      const items = await read(client, flags, words);
      const column = columns.find(({ title }) => wordOf(title) === sort);
      const sorted = column === undefined ? items : items.toSorted(comparing(column));
      const shown = column === undefined ? failuresFirst(items, isWrong) : sorted;
      const rows = shown.map((item) => columns.map(({ cell }) => cell(item)));
      return { items: sorted, names: shown.map(name), rows };
    },
  };
}

/** A column as `--sort` names it: `last-heard`. */
export function wordOf(title: string): string {
  return title.toLowerCase().replaceAll(" ", "-");
}

/** Numbers in a text count as numbers: `10.1.0.9` before `10.1.0.10`. */
const collator = new Intl.Collator("en", { numeric: true });

/** Empty cells come last; equal ones keep their order. */
function comparing<Item>({ cell, order }: Column<Item>): (one: Item, other: Item) => number {
  if (order !== undefined) return (one, other) => order(one) - order(other);
  const textOf = (item: Item) => {
    const content = cell(item);
    return typeof content === "string" ? content : content.text;
  };
  return (one, other) => {
    const [a, b] = [textOf(one), textOf(other)];
    return Number(a === "") - Number(b === "") || collator.compare(a, b);
  };
}

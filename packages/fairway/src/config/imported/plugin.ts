import type { DriverName } from "../../driver-names.ts";

/** One thing that a plugin was told, by a key of its file or a flag of its command. */
export interface Item {
  /** As the plugin's documents call it: a key, or a flag's long name without dashes. */
  readonly name: string;
  readonly value: unknown;
  /** Where it stands: `FILE:LINE`. */
  readonly place: string;
}

/** What a plugin was told, by name. */
export type Items = ReadonlyMap<string, Item>;

/** What somebody told a plugin, and where they did. */
export interface Told {
  /** A file's name, or what stands for it in messages. */
  readonly name: string;
  readonly text: string;
  /** Whether the text is a command that was typed, and no file. */
  readonly isCommand: boolean;
  /** Reads a file that the text names. Throws `invalid` where it cannot. */
  readonly readFile: (path: string) => string;
}

/** A key of Fairway's configuration, `log.level`, and its value. */
export interface Setting {
  readonly key: string;
  readonly value: unknown;
}

/** What an item is in Fairway. */
export interface Meaning {
  readonly settings?: readonly Setting[];
  /** What a person must know: why it has no meaning any more and what has its place, or what is to be done besides. It never holds a secret. */
  readonly note?: string;
}

/** Throws `invalid` where the value is none that the plugin took. */
export type Meant = (item: Item, all: Items) => Meaning;

/** Another plugin's configuration in Fairway's words. */
export interface Plugin {
  readonly title: string;
  readonly driverNames: readonly DriverName[];
  /** Whether flags of its command said something, too. */
  readonly hasFlags: boolean;
  /** Whether a text is this plugin's, and no other's. */
  readonly recognises: (text: string) => boolean;
  /** Throws `invalid`, with the place, for what the plugin itself could not read. */
  readonly read: (told: Told) => Items;
  /** What an item is; undefined for a name that the plugin does not know. */
  readonly meant: (name: string) => Meant | undefined;
  /** Names to choose from where one is unknown. */
  readonly known: readonly string[];
  /** What the plugin did where nobody told it anything. */
  readonly assumed?: (all: Items) => readonly (Meaning & { readonly about: string })[];
}

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commandTree, type DescribedCommand } from "../packages/fairway/src/cli/command-tree.ts";
import { bold, italic, roff } from "./roff.ts";

type Command = DescribedCommand["command"];
type Option = Command["options"][number];

interface Edition {
  /** Of Fairway. */
  readonly version: string;
  /** When the sources were changed last: the same sources make the same pages. */
  readonly date: Date;
}

/** Writes fairway(1) and a page for each command into a folder, made from what --help is made from. */
export async function writeManPages(folder: string, edition: Edition): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pages = manPages(edition);
  for (const name of await readdir(folder))
    if (name.endsWith(".1") && !pages.has(name)) await rm(join(folder, name));
  for (const [name, page] of pages) await writeFile(join(folder, name), page);
}

/** The pages by the names of their files, e.g. `fairway-network-ls.1` (man-pages(7)). */
export function manPages(edition: Edition): ReadonlyMap<string, string> {
  const commands = commandTree();
  const [program] = commands;
  const general = program?.command.options ?? [];
  return new Map(
    commands.map((each) => [`${pageName(each.words)}.1`, page(each, general, commands, edition)]),
  );
}

function page(
  described: DescribedCommand,
  general: readonly Option[],
  commands: readonly DescribedCommand[],
  { version, date }: Edition,
): string {
  const { words, command, notes } = described;
  const [note = "", examples = ""] = notes.split(/^Examples?:$/m);
  const isProgram = words === "fairway";
  const own = isProgram ? [] : command.options;
  const children = commands.filter((each) => parentOf(each.words) === words);
  const lines = [
    `.TH "${roff(pageName(words).toUpperCase())}" 1 "${date.toISOString().slice(0, 10)}" "Fairway ${roff(version)}" "Fairway"`,
    ".SH NAME",
    `${roff(pageName(words))} \\- ${roff(summary(command))}`,
    ".SH SYNOPSIS",
    `${bold(words)} ${roff(command.usage())}`,
    ".SH DESCRIPTION",
    roff(sentence(command.description())),
    ...(command.aliases().length === 0
      ? []
      : [".PP", `Also called ${command.aliases().map(bold).join(" and ")}.`]),
    ...(note.trim() === "" ? [] : [".PP", roff(note.trim()).replaceAll(/\n{2,}/g, "\n.PP\n")]),
    ...section(
      "OPERANDS",
      command.registeredArguments.map((each) => item(italic(each.name()), each.description)),
    ),
    ...section("OPTIONS", own.map(optionItem)),
    ...section("OPTIONS OF EVERY COMMAND", general.map(optionItem)),
    ...section(
      "COMMANDS",
      children.map((each) => item(reference(each.words), sentence(each.command.description()))),
    ),
    ".SH EXIT STATUS",
    "0 if the command succeeded, 1 if it failed, 2 if its command line is wrong.",
    ...(examples.trim() === ""
      ? []
      : [".SH EXAMPLES", ".EX", roff(examples.replaceAll(/^ {2}/gm, "").trim()), ".EE"]),
    ...(isProgram ? files : [".SH SEE ALSO", reference(parentOf(words))]),
  ];
  return `${lines.join("\n")}\n`;
}

const files = [
  ".SH ENVIRONMENT",
  ...item(bold("NO_COLOR"), "If it is set and not empty, nothing is coloured."),
  ...item(bold("FAIRWAY_DEBUG"), "If it is set, an error is followed by its stack."),
  ".SH FILES",
  ...item(italic("/etc/fairway/fairway.yaml"), "The configuration."),
];

function section(title: string, items: readonly (readonly string[])[]): readonly string[] {
  return items.length === 0 ? [] : [`.SH ${title}`, ...items.flat()];
}

function item(term: string, text: string): readonly string[] {
  return [".TP", term, roff(text)];
}

function optionItem(option: Option): readonly string[] {
  const { flags, description, defaultValue, argChoices, envVar, negate } = option;
  const choices = argChoices === undefined ? "" : `: ${argChoices.join(" or ")}`;
  const isOff = defaultValue === undefined || defaultValue === false || negate;
  const byDefault = isOff ? "" : `; ${String(defaultValue)} by default`;
  const variable = envVar === undefined ? "" : `; ${envVar} in the environment takes its place`;
  return item(bold(flags), sentence(`${description}${choices}${byDefault}${variable}`));
}

function reference(words: string): string {
  return `${bold(pageName(words))}(1)`;
}

function pageName(words: string): string {
  return words.replaceAll(" ", "-");
}

function parentOf(words: string): string {
  return words.split(" ").slice(0, -1).join(" ");
}

/** What `apropos` shows: one line, without a full stop. */
function summary(command: Command): string {
  return command.description().replace(/\.$/, "");
}

function sentence(text: string): string {
  return `${text.replace(/^./, (letter) => letter.toUpperCase()).replace(/\.$/, "")}.`;
}

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { commandTree } from "../../src/cli/command-tree.ts";

/** The command lines of Fairway on a page, in its blocks and between backquotes, that the program would not understand. */
export function unknownCommands(page: string): readonly string[] {
  const lines = [
    ...blocksOf(page).flatMap(commandLines),
    ...spansOf(page).filter((span) => /^(sudo )?fairway( |$)/.test(span)),
  ];
  return lines.map((line) => line.replace(/^sudo /, "").trim()).filter((line) => !isKnown(line));
}

/** The links of a page to other pages and headings that lead nowhere. */
export function brokenLinks(path: string, page = readFileSync(path, "utf8")): readonly string[] {
  const targets = [...withoutBlocks(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = "", heading] = target.split("#");
    const there = file === "" ? path : resolve(dirname(path), file);
    if (!existsSync(there)) return true;
    if (heading === undefined || statSync(there).isDirectory()) return false;
    return !anchorsOf(there === path ? page : readFileSync(there, "utf8")).includes(heading);
  });
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): readonly string[] {
  return [...withoutBlocks(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function blocksOf(page: string): readonly string[] {
  return [...page.matchAll(/^```[a-z]*\n(.*?)^```$/gms)].map(([, block = ""]) => block);
}

function withoutBlocks(page: string): string {
  return page.replaceAll(/^```[a-z]*\n.*?^```$/gms, "");
}

function spansOf(page: string): readonly string[] {
  return [...withoutBlocks(page).matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
}

/** The commands in a block: a prompt, `fairway` and words, up to what a shell does with them. */
function commandLines(block: string): readonly string[] {
  return (
    block
      .replaceAll("\\\n", " ")
      .split("\n")
      .map((line) => /^\s*(?:[\w./-]*[#$] )?((?:sudo )?fairway(?: [^|;&<>#]+)?)/.exec(line)?.[1])
      .filter((line) => line !== undefined)
      // What the program prints begins with its name and a colon.
      .filter((line) => !line.startsWith("fairway:"))
  );
}

/** Every command by its words, its aliases' too. */
const known = new Map(
  commandTree().flatMap(({ words, command }) => {
    const before = words.slice(0, words.length - command.name().length);
    return [command.name(), ...command.aliases()].map((name) => [`${before}${name}`, command] as const);
  }),
);

/** Whether the words name a command that exists, and its options are that command's or the program's. */
function isKnown(line: string): boolean {
  const [, ...words] = line.replaceAll(/'[^']*'/g, "QUOTED").split(/\s+/);
  // Help hides it; pages name it where they explain it.
  if (words[0] === "southbound" || words[0] === "move-nic") return true;
  let path = "fairway";
  while (known.has(`${path} ${words[0]}`)) path += ` ${words.shift()}`;
  const [program, command] = [known.get("fairway"), known.get(path)];
  if (program === undefined || command === undefined) return false;
  if (command.commands.length > 0 && /^[a-z]/.test(words[0] ?? "")) return false;
  const options = [...program.options, ...command.options].flatMap(({ long, short }) => [long, short]);
  return words
    .filter((word) => /^--?[a-z]/i.test(word))
    .every((word) => ["--help", ...options].includes(word.split("=")[0]));
}

import { basename } from "node:path";
import { FairwayError } from "../../errors.ts";
import type { Told } from "./plugin.ts";

/** A program's start: the words behind its name, and where they stand. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly place: string;
}

/** The program's own name, or that of its image behind registry and owner. */
const nameOf = (word: string) => basename(word).replace(/:[\w.-]+$/, "");

/** What stands before a program: in which environment, and who starts it. */
const isBefore = (word: string) =>
  /^\w+=/.test(word) || /^(?:sudo|exec|nohup|env|python[\d.]*|go|run)$/.test(basename(word));

/**
 * Where a text starts a program: a unit of systemd, lines of a shell, or a `docker run` of its image.
 * @param program by what its name, or its image's, is known
 */
function commandLines({ name, text, isCommand }: Told, program: RegExp): readonly CommandLine[] {
  return logicalLines(text).flatMap(({ line, content }) => {
    const place = isCommand ? name : `${name}:${line}`;
    const words = wordsOf(content, place);
    const at = startOf(words, program);
    if (at === undefined) return [];
    const rest = words.slice(at + 1);
    const end = rest.findIndex((word) => /^(?:&&?|;|\|\|?|\d*>.*)$/.test(word));
    return [{ words: end === -1 ? rest : rest.slice(0, end), place }];
  });
}

/** Whether the text has such a line; for texts that may be anything. */
export function starts(text: string, program: RegExp): boolean {
  return logicalLines(text).some(
    ({ content }) => startOf(content.trim().split(/\s+/), program) !== undefined,
  );
}

/** The only start in a text. Throws `invalid` where there is none, or more than one. */
export function onlyCommandLine(told: Told, program: RegExp, example: string): CommandLine {
  const [first, ...more] = commandLines(told, program);
  if (first === undefined)
    throw new FairwayError(
      "invalid",
      `${told.name}: must start the plugin: its unit file, its docker run line, or --command '${example}'`,
    );
  if (more.length === 0) return first;
  const places = [first, ...more].map(({ place }) => place).join(", ");
  throw new FairwayError(
    "invalid",
    `${told.name}: must start the plugin once, not at ${places}; give one by --command`,
  );
}

/** Of a unit the commands that it starts, of any other text all lines; without comments, with lines that go on joined. */
function logicalLines(text: string): readonly { readonly line: number; readonly content: string }[] {
  const isUnit = /^\[Service\]\s*$/m.test(text);
  const found: { line: number; content: string }[] = [];
  let goesOn = false;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.replace(/\\\s*$/, " ");
    const last = found.at(-1);
    if (goesOn && last !== undefined) last.content += content;
    else found.push({ line: index + 1, content });
    goesOn = content !== raw;
  }
  return found.flatMap(({ line, content }) => {
    if (/^\s*[#;]/.test(content)) return [];
    if (!isUnit) return [{ line, content: content.replace(/^\s*\$\s*/, "") }];
    const command = /^\s*ExecStart\s*=\s*[-@:+!|]*(.*)$/.exec(content)?.[1];
    return command === undefined ? [] : [{ line, content: command }];
  });
}

function startOf(words: readonly string[], program: RegExp): number | undefined {
  const first = words.findIndex((word) => !isBefore(word));
  if (first === -1) return undefined;
  const isDocker = basename(words[first] ?? "") === "docker" && words.slice(first).includes("run");
  if (!isDocker) return program.test(nameOf(words[first] ?? "")) ? first : undefined;
  const image = words.findIndex(
    (word, at) =>
      at > first && !word.startsWith("-") && words[at - 1] !== "--name" && program.test(nameOf(word)),
  );
  return image === -1 ? undefined : image;
}

/** The words of a command as a shell has them: quotes and backslashes, nothing is put in for variables. */
function wordsOf(command: string, place: string): readonly string[] {
  const word = /(?:[^\s"'\\]|"(?:[^"\\]|\\.)*"|'[^']*'|\\.)+/g;
  if (command.replaceAll(word, "").trim() !== "")
    throw new FairwayError("invalid", `${place}: a quotation mark has no other that closes it`);
  return [...command.matchAll(word)].map(([raw]) =>
    raw.replaceAll(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g,
      (_, double?: string, single?: string, one?: string) =>
        double === undefined ? (single ?? one ?? "") : double.replaceAll(/\\(["\\$`])/g, "$1"),
    ),
  );
}

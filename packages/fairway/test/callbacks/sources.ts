import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The program's own sources, and those of the client that it uses, by what stands before their files' names. */
const roots: Readonly<Record<string, string>> = {
  "": fileURLToPath(new URL("../../src/", import.meta.url)),
  "client/": fileURLToPath(new URL("../../../client/src/", import.meta.url)),
};

/** A place where the program gives a callback away, to be called from the event loop: what it throws has nobody to catch it. */
export interface Source {
  /** Below `src`; with `client/` before it where it is the client's. */
  readonly file: string;
  readonly line: number;
  /** E.g. `setTimeout` or `.on`. */
  readonly by: string;
  /** To which it is given, e.g. `this.#lock`; empty for a timer. */
  readonly receiver: string;
  /** The callback as it stands there. */
  readonly callback: string;
  /** Of the whole file. */
  readonly text: string;
}

const registration =
  /(?<receiver>[\w.#]*?)(?<by>\bsetTimeout|\bsetInterval|\bsetImmediate|\bqueueMicrotask|\.setTimeout|\.on|\.once|\.addListener|\.addEventListener)\(/g;

/** All of them. */
export function callbackSources(): readonly Source[] {
  return Object.entries(roots).flatMap(([before, cwd]) =>
    globSync("**/*.ts", { cwd, exclude: ["**/generated/**"] })
      .sort()
      .flatMap((file) => sourcesIn(`${before}${file}`, readFileSync(`${cwd}${file}`, "utf8"))),
  );
}

function sourcesIn(file: string, text: string): Source[] {
  return [...text.matchAll(registration)].flatMap((match) => {
    const { receiver = "", by = "" } = match.groups ?? {};
    const words = argumentsFrom(text, match.index + match[0].length);
    const isTimer = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"].includes(by);
    const callback = words[isTimer ? 0 : 1];
    const line = text.slice(0, match.index).split("\n").length;
    return callback === undefined ? [] : { file, line, by, receiver, callback, text };
  });
}

/** The arguments of a call, from behind its bracket to the one that closes it. */
function argumentsFrom(text: string, from: number): string[] {
  const words: string[] = [];
  let [depth, begun] = [0, from];
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if ('"`'.includes(character)) at = text.indexOf(character, at + 1);
    else if ("([{".includes(character)) depth++;
    else if (depth === 0 && ",)".includes(character)) {
      words.push(text.slice(begun, at).trim());
      begun = at + 1;
      if (character === ")") break;
    } else if (")]}".includes(character)) depth--;
  }
  return words.filter((word) => word !== "");
}

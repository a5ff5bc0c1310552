import { FairwayError } from "./errors.ts";
import { shorten } from "./free-text.ts";
import { readNumber, readText } from "./python-literal-tokens.ts";

/** Nobody's parameter is nested deeper. */
const deepest = 32;

/** So many values has nobody's parameter. */
const mostValues = 65_536;

/** Besides Python's own: what JSON calls the same. */
const words: Readonly<Record<string, unknown>> = {
  True: true,
  true: true,
  False: false,
  false: false,
  None: null,
  null: null,
};

const closing = { "[": "]", "(": ")", "{": "}" } as const;
type Opening = keyof typeof closing;

/**
 * Reads a literal of Python: text, numbers, `True`, `False`, `None`, and lists, tuples, sets and dictionaries of them. Nothing is evaluated. Lists,
 * tuples and sets become arrays, dictionaries become objects; their keys must be text.
 * Source: The Python Language Reference §2.4 (literals), §2.1.6 (a backslash joins lines); `ast.literal_eval`. Throws `invalid` saying where it ends to be one.
 */
export function parseLiteral(text: string): unknown {
  return new LiteralReader(text).whole();
}

class LiteralReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #count = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): unknown {
    const value = this.#value();
    if (this.#next() !== "") throw this.#wrong("the end");
    return value;
  }

  #value(): unknown {
    this.#countOne();
    const next = this.#next();
    if (Object.hasOwn(closing, next)) return this.#nested(next as Opening);
    const text = readText(this.#text, this.#at);
    if (text !== undefined) return this.#texts(text.value, text.end);
    const number = readNumber(this.#text, this.#at);
    if (number !== undefined) return this.#taken(number.value, number.end);
    const [word = ""] = /^\w+/.exec(this.#text.slice(this.#at, this.#at + 8)) ?? [];
    if (Object.hasOwn(words, word)) return this.#taken(words[word], this.#at + word.length);
    throw this.#wrong("a value");
  }

  /** Texts that stand side by side are one. */
  #texts(first: string, end: number): string {
    let whole = this.#taken(first, end);
    for (;;) {
      this.#next();
      const more = readText(this.#text, this.#at);
      if (more === undefined) return whole;
      this.#countOne();
      whole += this.#taken(more.value, more.end);
    }
  }

  #nested(open: Opening): unknown {
    if (++this.#depth > deepest) throw this.#wrong(`at most ${deepest} brackets within each other`);
    this.#at += 1;
    const value = open === "{" ? this.#braces() : this.#items(open);
    this.#depth -= 1;
    return value;
  }

  /** In parentheses one value without a comma is that value. */
  #items(open: Opening): unknown {
    const items: unknown[] = [];
    let hasComma = false;
    while (!this.#takes(closing[open])) {
      if (items.length > 0) {
        this.#expect(",", `"," or "${closing[open]}"`);
        hasComma = true;
        if (this.#takes(closing[open])) break;
      }
      items.push(this.#value());
    }
    return open === "(" && items.length === 1 && !hasComma ? items[0] : items;
  }

  /** A dictionary, or a set. */
  #braces(): unknown {
    if (this.#takes("}")) return {};
    const first = this.#value();
    if (this.#next() !== ":") return [first, ...this.#rest()];
    const entries = new Map<string, unknown>();
    for (let key = first; ; key = this.#value()) {
      if (typeof key !== "string") throw this.#wrong("text as the key of a dictionary");
      if (entries.has(key)) throw this.#wrong(`the key "${shorten(key, 40)}" once`);
      this.#expect(":", '":"');
      entries.set(key, this.#value());
      if (this.#takes("}")) break;
      this.#expect(",", '"," or "}"');
      if (this.#takes("}")) break;
    }
    return Object.fromEntries(entries);
  }

  #rest(): unknown[] {
    if (this.#takes("}")) return [];
    this.#expect(",", '"," or "}"');
    return this.#items("{") as unknown[];
  }

  /** The character behind white space, and behind backslashes that join lines; empty at the end. */
  #next(): string {
    const [space = ""] = this.#match(/(?:\s|\\\r?\n)*/y);
    this.#at += space.length;
    return this.#text[this.#at] ?? "";
  }

  #match(pattern: RegExp): readonly string[] {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text) ?? [];
  }

  #takes(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string, right: string): void {
    if (!this.#takes(character)) throw this.#wrong(right);
  }

  #taken<T>(value: T, end: number): T {
    this.#at = end;
    return value;
  }

  #countOne(): void {
    if (++this.#count > mostValues) throw this.#wrong(`at most ${mostValues} values`);
  }

  #wrong(right: string): FairwayError {
    const found = this.#at < this.#text.length ? `"${shorten(this.#text.slice(this.#at), 20)}"` : "its end";
    return new FairwayError(
      "invalid",
      `${shorten(JSON.stringify(this.#text), 80)} is no literal of Python: ${right} is expected in place of ${found}`,
    );
  }
}

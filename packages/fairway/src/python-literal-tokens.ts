/** What was read, and where the text goes on behind it. */
export interface Token<Value> {
  readonly value: Value;
  readonly end: number;
}

/** Escapes of one character (The Python Language Reference §2.4.1). */
const escapes: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
};

/** A quotation: its prefix, its quotation mark, its content. Python reads no line break within single marks. */
const quotation =
  /([uU]?|[rR])(?:"""((?:[^\\]|\\[^])*?)"""|'''((?:[^\\]|\\[^])*?)'''|"((?:[^"\\\n]|\\[^])*)"|'((?:[^'\\\n]|\\[^])*)')/y;

const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([^]))/g;

/** Reads a quoted text of Python; undefined where none begins there. */
export function readText(text: string, at: number): Token<string> | undefined {
  quotation.lastIndex = at;
  const found = quotation.exec(text);
  if (found === null) return undefined;
  const [whole, prefix = "", ...contents] = found;
  const content = contents.find((each) => each !== undefined) ?? "";
  const value = prefix.toLowerCase() === "r" ? content : unescaped(content);
  return value === undefined ? undefined : { value, end: at + whole.length };
}

/** undefined where an escape names no character. */
function unescaped(content: string): string | undefined {
  let isText = true;
  const value = content.replaceAll(escape, (whole, ...groups: (string | undefined)[]) => {
    const [byte, short, long, octal, single = ""] = groups;
    const hexadecimal = byte ?? short ?? long;
    // A backslash before any other character is one itself.
    if (hexadecimal === undefined && octal === undefined) return escapes[single] ?? whole;
    const code =
      hexadecimal === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(hexadecimal, 16);
    if (code <= 0x10_ff_ff) return String.fromCodePoint(code);
    isText = false;
    return "";
  });
  return isText ? value : undefined;
}

const digits = "\\d(?:_?\\d)*";
const number = new RegExp(
  `[+-]?(?:0[xX][0-9a-fA-F]{1,13}|0[oO][0-7]{1,17}|0[bB][01]{1,53}|(?:${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:[eE][+-]?${digits})?)(?![\\w.])`,
  "y",
);

/** Reads a number of Python; undefined where none begins there, or JavaScript has none that is the same. */
export function readNumber(text: string, at: number): Token<number> | undefined {
  number.lastIndex = at;
  const [whole] = number.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const isNegative = whole.startsWith("-");
  const value = Number(whole.replace(/^[+-]/, "").replaceAll("_", ""));
  const isExact = Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value));
  return isExact ? { value: isNegative ? -value : value, end: at + whole.length } : undefined;
}

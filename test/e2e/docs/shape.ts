/**
 * What differs from one machine and one run to the next. What is left of a line, its words, columns and bare numbers, must be what the page shows. The
 * order matters: a time holds numbers, a version looks like an address.
 */
const holes: readonly (readonly [page: string, printed: string])[] = [
  ["…", ".*"],
  ["\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d[\\d:.]*Z?", "\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d[\\d:.]*Z?"],
  [
    "\\b[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}\\b",
    "[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}",
  ],
  ["\\b(?:[\\da-f]{2}:){5}[\\da-f]{2}\\b", "(?:[\\da-f]{2}:){5}[\\da-f]{2}"],
  ["\\b\\d+-[\\da-f]{6}\\.\\d+\\b", "\\d+-[\\da-f]{6}\\.\\d+"],
  ["\\bhost\\.[\\w.-]{20,}", "host\\.[\\w.-]{20,}"],
  ["\\b(?:\\d{1,3}\\.){3}\\d{1,3}\\b", "(?:\\d{1,3}\\.){3}\\d{1,3}"],
  ["\\b[\\da-f:]*::[\\da-f:]*", "[\\da-f]*:[\\da-f:]*"],
  ["\\b\\d+\\.\\d+\\.\\d[\\w.+~:-]*", "\\d+\\.\\d+\\.\\d[\\w.+~:-]*"],
  ["\\b[\\da-f]{8}-[\\da-f]{3}\\b", "[\\da-f]{8}-[\\da-f]{3}"],
  ["\\b(?=[a-f]*\\d)[\\da-f]{12,64}\\b", "[\\da-f]{12,64}"],
  ["\\bfw-leg\\w+", "fw-leg\\w+"],
  ["\\b(?:seq|ttl|time)=[\\d.]+", "(?:seq|ttl|time)=[\\d.]+"],
  ["\\b\\d+(?:\\.\\d+)? (?:s|ms|min|h|d|bytes|times)\\b", "\\d+(?:\\.\\d+)? (?:s|ms|min|h|d|bytes|times)"],
  ["\\b\\d+\\.\\d+\\b", "\\d+\\.\\d+"],
  ["\\bprocess \\d+", "process \\d+"],
  ["\\s+", "\\s+"],
];

const anyHole = new RegExp(holes.map(([page]) => `(${page})`).join("|"), "g");

/**
 * What a page shows, as an expression for what a machine prints: ids, times, addresses, versions and durations may differ, `…` stands for any text, and
 * alone in a line for any lines. Each hole but `…` and space is a group.
 */
export function shapeOf(shown: string): RegExp {
  const lines = shown.split("\n").map((line) => line.trimEnd());
  const parts = lines.map((line, at) => {
    const end = at === lines.length - 1 ? "" : "\n";
    if (line !== "…") return `${shapeOfLine(line)}[^\\S\\n]*${end}`;
    return end === "" ? "[^]*" : "(?:.*\\n)*?";
  });
  return new RegExp(`^${parts.join("")}$`);
}

function shapeOfLine(line: string): string {
  let shape = "";
  let at = 0;
  for (const match of line.matchAll(anyHole)) {
    const [text, ...groups] = match;
    const printed = holes[groups.findIndex((group) => group !== undefined)]?.[1] ?? "";
    const isPlain = text === "…" || text.trim() === "";
    shape += RegExp.escape(line.slice(at, match.index)) + (isPlain ? printed : `(${printed})`);
    at = match.index + text.length;
  }
  return shape + RegExp.escape(line.slice(at));
}

/** Ids and tokens of a page, each with what stood in its place on the machine: later commands of the page name them. */
export function learn(shown: string, printed: string): ReadonlyMap<string, string> {
  const shape = shapeOf(shown);
  const [, ...names] = shape.exec(shown) ?? [];
  const [, ...values] = shape.exec(printed) ?? [];
  const isId = (text: string) => /^[\da-f-]{12,}$|^host\../.test(text);
  return new Map(values.map((value, at) => [names[at] ?? "", value] as const).filter(([name]) => isId(name)));
}

/** What was printed, without the lines that say what a command that takes longer than a second is doing: a page has them only where it says so. */
export function withoutProgress(shown: string, printed: string): string {
  const progress = /^fairway: .*(?: …|: done in [\d.]+ s)(?:\n|$)/gm;
  return progress.test(shown) ? printed : printed.replaceAll(progress, "").trimEnd();
}

const errors = [
  /^(?:fairway|docker|ping|nc): /m,
  /^Error response from daemon: /m,
  /^(?:Not well: )?\d+ failures?\b/m,
  /^fail /m,
  /^(?:Dropped|Not installed yet): /m,
];

/** Whether what a page shows is a command's failure: then it must end with another code than 0. */
export function isFailure(shown: string): boolean {
  return errors.some((error) => error.test(shown));
}

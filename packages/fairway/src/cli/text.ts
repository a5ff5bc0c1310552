import { type Paint, plain, type Toned } from "./paint.ts";

/** What stands where there is nothing. */
const nothing = "–";

/**
 * Names and labels are other people's words: they must not move the cursor, change the title, or show a line in another order than it has
 * (Unicode's controls of direction).
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "?");
}

export type Cell = string | Toned;

/** Columns that line up, without borders; the last one is not padded. @param hasHeader whether their names stand above them */
export function table(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint = plain,
  hasHeader = true,
): string {
  const lines = [...(hasHeader ? [header] : []), ...rows].map((cells) => cells.map(cleaned));
  const widths = header.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.text.length ?? 0)),
  );
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => painted(cell, paint) + " ".repeat((widths[column] ?? 0) - cell.text.length))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cleaned(cell: Cell): Partial<Toned> & { readonly text: string } {
  if (typeof cell === "string") return { text: printable(cell) || nothing };
  return { text: printable(cell.text) || nothing, tone: cell.tone };
}

function painted({ text, tone }: ReturnType<typeof cleaned>, paint: Paint): string {
  return tone === undefined ? text : paint(text, tone);
}

export type Field = readonly [key: string, value: Cell | readonly (readonly Field[])[]];

/** Whether a field's value stands in its own line. */
function isCell(value: Field[1]): value is Cell {
  return typeof value === "string" || "tone" in value;
}

/** `key: value` lines that line up; nested objects stand below their key as a list. */
export function block(fields: readonly Field[], paint: Paint = plain, indent = ""): string {
  const width = Math.max(...fields.filter(([, value]) => isCell(value)).map(([key]) => key.length));
  return fields
    .map(([key, value]) => {
      const label = `${indent}${`${key}:`.padEnd(width + 1)}`;
      if (isCell(value)) return `${label}  ${painted(cleaned(value), paint)}`;
      if (value.length === 0) return `${label}  ${nothing}`;
      const items = value.map((item) =>
        block(item, paint, `${indent}    `).replace(/^ {2}( *)/, (_, rest) => `${rest}- `),
      );
      return [`${indent}${key}:`, ...items].join("\n");
    })
    .join("\n");
}

/** Enough of a UUID or an engine's id to tell it from others. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

/** Values in one line, separated by commas. */
export function list(values: readonly string[]): string {
  return values.join(", ");
}

/** A map in one line: `key=value, key=value`. */
export function pairs(map: Readonly<Record<string, string>>): string {
  return list(Object.entries(map).map(([key, value]) => `${key}=${value}`));
}

/** How long ago a time was, in its largest unit: `7 s`, `3 min`, `2 h`, `5 d`. */
export function since(time: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** A status is what does not work, by part. */
function health(status: Readonly<Record<string, string>>): string {
  const troubles = Object.entries(status).map(([part, trouble]) => `${part}: ${trouble}`);
  return troubles.length === 0 ? "ok" : troubles.join("; ");
}

/** As `health`, with its tone. A removal was asked for. */
export function healthCell(status: Readonly<Record<string, string>>): Toned {
  const parts = Object.keys(status);
  const tone = parts.length === 0 ? "good" : parts.every((part) => part === "removal") ? "warning" : "bad";
  return { text: health(status), tone };
}

/** Things in their order, but those first with which something is wrong. */
export function failuresFirst<Thing>(
  things: readonly Thing[],
  isWrong: (thing: Thing) => boolean,
): readonly Thing[] {
  return [...things.filter(isWrong), ...things.filter((thing) => !isWrong(thing))];
}

/** Whether something in a status is wrong. */
export function isIll({ status }: { readonly status: Readonly<Record<string, string>> }): boolean {
  return healthCell(status).tone === "bad";
}

import { withPriority } from "./journal.ts";

/**
 * A line of JSON as a person reads it: time, level, sentence, then `key=value`; an error's stack below.
 * @param forJournal whether each line gets the journal's prefix for its priority
 */
export function textLine(json: string, forJournal: boolean): string {
  const { time, level, msg, err, ...fields }: Record<string, unknown> = JSON.parse(json);
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(value)}`);
  const stack = stackOf(err);
  const text = `${String(time)} ${String(level).toUpperCase().padEnd(5)} ${String(msg)}${pairs.join("")}${stack}\n`;
  return forJournal ? withPriority(level, text) : text;
}

/** Bare where nothing in it could be taken for something else. */
function shown(value: unknown): string {
  return typeof value === "string" && /^[\w.:/@%+-]+$/.test(value) ? value : JSON.stringify(value);
}

function stackOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const stack: unknown = Reflect.get(error, "stack") ?? Reflect.get(error, "message");
  return `\n  ${String(stack).replaceAll("\n", "\n  ")}`;
}

/** A line of JSON as a person reads it: time, level, sentence, then `key=value`; an error's stack below. */
export function textLine(json: string): string {
  const { time, level, msg, err, ...fields }: Record<string, unknown> = JSON.parse(json);
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(value)}`);
  const stack = stackOf(err);
  return `${String(time)} ${String(level).toUpperCase().padEnd(5)} ${String(msg)}${pairs.join("")}${stack}\n`;
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

/** VLCP's users write values that are no plain text in backquotes. */
export function unquoted(text: string): string {
  return /^`.*`$/s.test(text) ? text.slice(1, -1).trim() : text;
}

/** A bare `-o NAME` says yes. Undefined where the text is neither yes nor no, or not there. */
export function isYes(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  const word = unquoted(text).toLowerCase();
  if (["", "true", "yes", "on", "1"].includes(word)) return true;
  return ["false", "no", "off", "0"].includes(word) ? false : undefined;
}
